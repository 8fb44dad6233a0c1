package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p send}: one message, and its acknowledgement. */
@Command(
    name = "send",
    description = "Sends one message and waits until its recipient has acknowledged it.",
    footer = {
      "",
      "The node that runs with the data folder sends it. If none runs, or with --apart, this command",
      "takes part as a node of its own.",
      "Exit code 0 only if the message was acknowledged; 1 if the peer was not found, refused it, or",
      "did not answer in time."
    })
final class SendCommand extends NetworkCommand {
  @Parameters(
      index = "0",
      paramLabel = "PEER",
      description = "name, peer id or multiaddr; * is everyone found")
  private String peer = "";

  @Parameters(
      index = "1",
      paramLabel = "TEXT",
      description = "the content; @FILE takes that of a file, - that of standard input")
  private String text = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "${COMPLETION-CANDIDATES} (default DATA)")
  private MessageType type = MessageType.DATA;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "how long to wait for the acknowledgement (default: --message-timeout)")
  private @Nullable Double timeoutSeconds;

  @Mixin
  private RunningNodeOption running = new RunningNodeOption();

  SendCommand(Streams streams) {
    super(streams);
  }

  @Override
  P2PConfig adjust(P2PConfig config) {
    return withTimeToFind(config);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    DeliveryOptions options = options();
    Bytes payload = payload();
    Optional<ApiClient> node = running.find(config, out);
    if (node.isPresent()) return sendBy(node.get(), payload, options, out);
    try (Session session = Session.client(config, out)) {
      session.start();
      return Shutdown.guard(
          FAILED, session::stop, () -> send(session.manager(), payload, options, out));
    }
  }

  private int sendBy(ApiClient running, Bytes payload, DeliveryOptions options, Output out)
      throws IOException, InterruptedException {
    try (ApiClient node = running) {
      Duration lifetime = timeoutSeconds == null ? null : options.lifetime();
      return new NodeSend(node, out).send(peer, type, payload, lifetime) ? DONE : FAILED;
    }
  }

  private int send(P2PNetworkManager manager, Bytes payload, DeliveryOptions options, Output out)
      throws IOException, InterruptedException, ExecutionException {
    boolean toAll = peer.equals(NetworkMessage.EVERYONE);
    // Finding and connecting come first, so that the time of the message is its own.
    if (toAll) manager.discoverPeers().get();
    else manager.connect(peer).get();
    long start = System.nanoTime();
    Delivery delivery = manager.submit(NetworkMessage.of(type, peer, payload), options);
    Outcome outcome = delivery.outcome().get();
    long micros = (System.nanoTime() - start) / 1000;
    if (outcome.isAcknowledged() || out.isJson()) {
      new Deliveries(out).print(peer, delivery, outcome, micros);
    }
    if (outcome.isAcknowledged()) return DONE;
    String what =
        outcome instanceof Outcome.Kept ? "not acknowledged yet by " : "not delivered to ";
    out.remark(SafeText.of(what + peer + ": " + Deliveries.reason(outcome)));
    return FAILED;
  }

  private DeliveryOptions options() {
    Double seconds = timeoutSeconds;
    if (seconds == null) return DeliveryOptions.DEFAULT;
    try {
      return DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(Math.round(seconds * 1000)));
    } catch (IllegalArgumentException e) {
      long most = DeliveryOptions.MAX_LIFETIME.toSeconds();
      throw wrongUsage("--timeout " + seconds + ": 0.001 to " + most + " seconds");
    }
  }

  private Bytes payload() throws IOException {
    if (text.equals("-")) return limited(Bytes.wrap(streams.in().readNBytes(limit() + 1)));
    if (!text.startsWith("@")) return Bytes.ofUtf8(text);
    Path file = Path.of(text.substring(1));
    if (Files.isDirectory(file)) throw new IOException("a folder and no file: " + file);
    try {
      if (Files.size(file) > limit()) throw tooLong(Files.size(file));
      return Bytes.wrap(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file);
    }
  }

  private static Bytes limited(Bytes payload) throws IOException {
    if (payload.length() > limit()) throw tooLong(payload.length());
    return payload;
  }

  private static int limit() {
    return NetworkMessage.MAX_PAYLOAD_BYTES;
  }

  private static IOException tooLong(long bytes) {
    return new IOException(
        "the content has at least " + bytes + " bytes, a message at most " + limit());
  }
}
