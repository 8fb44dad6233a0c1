package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.transfer.Transfer;
import org.openagi.p2p.network.transfer.TransferOptions;
import org.openagi.p2p.network.transfer.TransferOutcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p copy}: a file of any size, until the peer has all of it on its disk. */
@Command(
    name = "copy",
    description =
        "Copies a file of any size to a peer that takes files (p2p listen --receive DIR).",
    footer = {
      "",
      "Goes on by itself when the connection is lost. If it was interrupted, the same command goes on",
      "where it was. Exit code 0 only if the peer has the whole file and its digest agrees; 1 if the",
      "peer was not found, refused it, or could not be reached for --patience."
    })
final class CopyCommand extends NetworkCommand {
  @Parameters(index = "0", paramLabel = "FILE", description = "what to copy")
  private Path file = Path.of("");

  @Parameters(index = "1", paramLabel = "PEER", description = "name, peer id or multiaddr")
  private String peer = "";

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "what the peer is told it is called (default: the name of the file)")
  private @Nullable String name;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "how long to try without any progress before giving up (default 600)")
  private double patienceSeconds = 600;

  CopyCommand(Streams streams) {
    super(streams);
  }

  @Override
  P2PConfig adjust(P2PConfig config) {
    return withTimeToFind(config);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    TransferOptions options = options();
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          (Files.exists(file) ? "not a regular file: " : "no such file: ") + file);
    }
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(FAILED, session::stop, () -> copy(session.manager(), options, out));
    }
  }

  private int copy(P2PNetworkManager manager, TransferOptions options, Output out)
      throws IOException, InterruptedException, ExecutionException {
    manager.connect(peer).get();
    TransferPrinter printer = new TransferPrinter(out);
    Transfer transfer;
    try {
      transfer = manager.sendFile(peer, file, options);
    } catch (IllegalArgumentException e) {
      throw wrongUsage(String.valueOf(e.getMessage()));
    }
    transfer.addListener(printer::progress);
    TransferOutcome outcome = transfer.outcome().get();
    out.show("");
    printer.sent(transfer, outcome);
    if (outcome.isCompleted()) return DONE;
    out.remark(SafeText.of("not copied to " + peer + ": " + TransferPrinter.reason(outcome)));
    return FAILED;
  }

  private TransferOptions options() {
    String given = name;
    TransferOptions options =
        given == null ? TransferOptions.DEFAULT : TransferOptions.DEFAULT.withName(given);
    try {
      return options.withPatience(Duration.ofMillis(Math.round(patienceSeconds * 1000)));
    } catch (IllegalArgumentException e) {
      throw wrongUsage("--patience " + patienceSeconds + ": more than zero");
    }
  }
}
