package org.openagi.p2p.simulator.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Messenger;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.simulator.SimulatedNetwork;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.testkit.Repository;

/** The code of docs/guide-simulator.md, as it stands there. */
class SimulatorGuideTest {
  // begin: the application
  /** Counts what others tell it; knows nothing of the simulator. */
  static final class Counter {
    int total;

    Counter(Messenger messenger) {
      messenger.registerMessageHandler(message -> {
        if (!message.isRedelivered()) total += Integer.parseInt(message.text());
      });
      messenger.registerRequestHandler(request -> Bytes.ofUtf8("total " + total));
    }
  }

  // end

  @Test
  void countsEverythingWhateverGoesWrong() {
    // begin: trouble
    try (SimulatedNetwork network = new SimulatedNetwork(6, 42)) {
      Counter counter = new Counter(network.node(0));
      network.start();
      network.trouble(
          EnumSet.of(FaultKind.PARTITION, FaultKind.LOSS, FaultKind.CRASH), Duration.ofMinutes(1));

      List<Delivery> deliveries = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Messenger sender = network.node(1 + i % 5);
        if (network.node(1 + i % 5).isRunning()) {
          deliveries.add(sender.submit(NetworkMessage.text("n0", "1")));
        }
        network.run(Duration.ofSeconds(1));
      }
      network.run(Duration.ofMinutes(2));

      long acknowledged = deliveries.stream()
          .filter(each -> each.state() == Delivery.State.ACKNOWLEDGED)
          .count();
      assertTrue(counter.total >= acknowledged, () -> "" + network.lastEvents(100));
    }
    // end
  }

  @Test
  void answersAndPlaysTheSameAgain() {
    // begin: request
    try (SimulatedNetwork network = new SimulatedNetwork(3, 7)) {
      new Counter(network.node(0));
      network.start();
      var answer = network.node(2).request("n0", Bytes.ofUtf8("?"), Duration.ofSeconds(5));
      network.run(Duration.ofSeconds(1));
      assertEquals("total 0", answer.join().text());
    }
    // end
    assertEquals(hashOf(7), hashOf(7));
  }

  private static long hashOf(long seed) {
    try (SimulatedNetwork network = new SimulatedNetwork(3, seed)) {
      network.start();
      network.node(0).submit(NetworkMessage.text("n1", "1"));
      network.run(Duration.ofSeconds(10));
      return network.traceHash();
    }
  }

  @Test
  void theGuideHasThisCode() throws Exception {
    Path root = Repository.root();
    String guide = withoutIndent(Files.readString(root.resolve("docs/guide-simulator.md")));
    String source = Files.readString(root.resolve(
        "simulator/src/test/java/org/openagi/p2p/simulator/guide/SimulatorGuideTest.java"));
    String[] parts = source.split("// begin: [a-z ]+\n", -1);
    assertEquals(4, parts.length, "three pieces");
    for (int i = 1; i < parts.length; i++) {
      String piece = withoutIndent(parts[i].substring(0, parts[i].indexOf("// end")));
      assertTrue(guide.contains(piece), () -> "docs/guide-simulator.md should have:\n" + piece);
    }
  }

  private static String withoutIndent(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
