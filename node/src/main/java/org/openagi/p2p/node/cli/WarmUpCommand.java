package org.openagi.p2p.node.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.node.demo.LoopbackInterface;
import picocli.CommandLine.Command;

/**
 * Loads what other commands will need, while the Java virtual machine takes notes: the launcher runs it
 * once after a build, to make later starts fast. Two nodes in this process find each other on the
 * loopback interface and exchange messages.
 */
@Command(name = "warm-up", hidden = true, description = "Prepares the start-up cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final int LIMIT_SECONDS = 40;
  private static final int MESSAGES = 20;

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
      new PeerTablePrinter(silent(true)).print(two.connectedPeers());
      new Cli(
              new ByteArrayInputStream(new byte[0]),
              OutputStream.nullOutputStream(),
              OutputStream.nullOutputStream())
          .run("id", "--json", "--data", folder.resolve("three").toString());
    } finally {
      delete(folder);
    }
    return NetworkCommand.DONE;
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
        .nodeId(name)
        .dataFolder(folder.resolve(name))
        .set("interfaces", LoopbackInterface.name())
        .set("listen", "/ip4/127.0.0.1/tcp/0")
        .set("service", service)
        .set("security", security)
        .build();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }
}
