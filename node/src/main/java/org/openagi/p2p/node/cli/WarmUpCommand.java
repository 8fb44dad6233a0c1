package org.openagi.p2p.node.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.demo.LoopbackInterface;
import picocli.CommandLine.Command;

/**
 * Loads what other commands will need, while the Java virtual machine takes notes: the launcher runs it
 * once after a build, to make later starts fast. Two nodes in this process find each other on the
 * loopback interface and exchange messages, a few with pauses and then as many as go in some seconds, so that
 * the notes say what is worth compiling. A third has journal and local API, and is asked by commands.
 */
@Command(name = "warm-up", hidden = true, description = "Prepares the start-up cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int LIMIT_SECONDS = 40;
  private static final int MESSAGES = 20;
  private static final int[] FLOW_BYTES = {64, 1024, 65_536};
  private static final int FLOW_WINDOW_BYTES = 4 << 20;
  private static final long FLOW_NANOS = 2_000_000_000L;

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("p2p-warm-up");
    String service = "_p2p-warm-up-" + ProcessHandle.current().pid() + "._udp.local";
    try (P2PNetworkManager one = manager("one", folder, service, "tls");
        P2PNetworkManager two = manager("two", folder, service, "noise,tls")) {
      showTo(one);
      one.startServer().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      two.startServer().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      two.connect(one.addresses().getFirst().toString()).get(LIMIT_SECONDS, TimeUnit.SECONDS);
      for (int i = 0; i < MESSAGES; i++) {
        var message = NetworkMessage.of(
            MessageType.DATA, one.identity().peerId().toString(), Bytes.ofUtf8("warm-up " + i));
        two.submit(message).outcome().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      for (int bytes : FLOW_BYTES) flow(two, one.identity().peerId().toString(), bytes);
      new PeerTablePrinter(silent(true)).print(two.connectedPeers());
      run("id", "--json", "--data", folder.resolve("three").toString());
      ask(folder.resolve("asked"), service);
    } finally {
      delete(folder);
    }
    return NetworkCommand.DONE;
  }

  /** A node as it runs, with journal and local API, and commands that ask it. */
  private static void ask(Path folder, String service) throws Exception {
    P2PConfig config = P2PConfig.defaults()
        .with(settings("asked", folder, service, "tls"))
        .with(ConfigKeys.API.name(), "127.0.0.1:0");
    try (Session session = Session.node(config, extras -> {})) {
      session.start();
      for (String command : List.of("status", "stats", "peers")) {
        run(command, "--data", folder.toString());
        run(command, "--json", "--data", folder.toString());
      }
      session.stop();
    }
  }

  private static void run(String... arguments) {
    var cli = new Cli(
        new ByteArrayInputStream(new byte[0]),
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream());
    if (cli.run(arguments) != NetworkCommand.DONE) {
      throw new IllegalStateException("failed: " + String.join(" ", arguments));
    }
  }

  /** Messages of one size for a while, with some of them on their way all the time. */
  private static void flow(P2PNetworkManager from, String recipient, int bytes)
      throws InterruptedException {
    int window = Math.min(10_000, FLOW_WINDOW_BYTES / bytes);
    var room = new Semaphore(window);
    var options = DeliveryOptions.DEFAULT.withListener((delivery, outcome) -> room.release());
    byte[] incompressible = new byte[bytes];
    new SecureRandom().nextBytes(incompressible);
    Bytes payload = Bytes.wrap(incompressible);
    for (long end = System.nanoTime() + FLOW_NANOS; System.nanoTime() - end < 0; ) {
      if (!room.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)) return;
      from.submit(NetworkMessage.of(MessageType.DATA, recipient, payload), options);
    }
    room.tryAcquire(window, LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static void showTo(P2PNetworkManager manager) {
    for (boolean json : List.of(true, false)) {
      var printer = new EventPrinter(silent(json));
      manager.events().subscribe(printer::print);
      manager.registerMessageHandler(printer::print);
    }
  }

  private static Output silent(boolean json) {
    var nowhere = new PrintWriter(Writer.nullWriter());
    var streams = new Streams(new ByteArrayInputStream(new byte[0]), nowhere, nowhere);
    return new Output(streams, json, Style.PLAIN);
  }

  private static P2PNetworkManager manager(
      String name, Path folder, String service, String security) {
    return P2PNetworkManager.builder()
        .config(P2PConfig.defaults().with(settings(name, folder.resolve(name), service, security)))
        .set("bandwidth_limit", "0")
        .set("store", "memory")
        .build();
  }

  private static Map<String, String> settings(
      String name, Path folder, String service, String security) {
    return Map.of(
        "name",
        name,
        "data",
        folder.toString(),
        "interfaces",
        LoopbackInterface.name(),
        "listen",
        "/ip4/127.0.0.1/tcp/0",
        "service",
        service,
        "security",
        security);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }
}
