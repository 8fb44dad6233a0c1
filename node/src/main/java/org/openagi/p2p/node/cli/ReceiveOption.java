package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.transfer.Transfer;
import picocli.CommandLine.Option;

/** The option to take files that peers copy to this node. */
final class ReceiveOption {
  @Option(
      names = "--receive",
      paramLabel = "DIR",
      description = "take files that peers copy to this node, and put them there")
  private @Nullable Path folder;

  /**
   * Takes files from now on, if the user wants that.
   *
   * @param onEnd runs after each that was received, on a virtual thread
   * @throws IOException if the folder can't be made
   */
  void attach(P2PNetworkManager manager, Output out, Runnable onEnd) throws IOException {
    Path wanted = folder;
    if (wanted == null) return;
    Path into = Files.createDirectories(wanted.toAbsolutePath().normalize()).toRealPath();
    TransferPrinter printer = new TransferPrinter(out);
    manager.onTransfer(offer -> {
      Transfer transfer = offer.acceptInto(into);
      transfer.outcome().thenAccept(outcome -> {
        printer.received(transfer, outcome);
        if (outcome.isCompleted()) onEnd.run();
      });
    });
  }
}
