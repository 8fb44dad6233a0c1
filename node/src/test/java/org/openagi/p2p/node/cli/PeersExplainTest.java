package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.testkit.Await;

/** {@code p2p peers --explain} on a node that runs. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(120)
class PeersExplainTest {
  @TempDir
  Path folder;

  private Session session(String name, String peers) throws Exception {
    return LoopbackNode.start(folder, name, peers);
  }

  private CliRun explain(String node, String... arguments) {
    return CliRun.of(folder.resolve(node), "peers", arguments);
  }

  @Test
  void aPeerIsExplainedWithItsMeasuresAndItsScoreTermByTerm() throws Exception {
    try (Session alice = session("alice", "");
        Session bob = session("bob", alice.manager().addresses().getFirst().toString())) {
      Await.until(Duration.ofSeconds(20), "alice has measured bob", () -> alice
          .manager()
          .getPeerInfo("bob")
          .filter(peer -> peer.health().filter(HealthState.HEALTHY::equals).isPresent())
          .filter(peer -> peer.link().filter(link -> link.rttMicros() > 0).isPresent())
          .filter(peer -> peer.reputation().isPresent())
          .isPresent());
      CliRun text = explain("alice", "--explain", "bob");
      assertEquals(0, text.status(), text.err());
      assertTrue(text.out().contains("HEALTHY"), text.out());
      assertTrue(text.out().contains("99 % within"), text.out());
      assertTrue(text.out().contains("told who it is, signed"), text.out());
      CliRun json =
          explain("alice", "--explain", bob.manager().identity().peerId().toString(), "--json");
      List<Map<String, Object>> objects = json.json();
      assertEquals("HEALTHY", objects.getFirst().get("state"));
      assertEquals("GOOD", objects.getFirst().get("standing"));
      double sum = objects.stream()
          .skip(1)
          .mapToDouble(each -> ((Number) each.get("points")).doubleValue())
          .sum();
      assertEquals(((Number) objects.getFirst().get("score")).doubleValue(), sum, 0.3);
      CliRun unknown = explain("alice", "--explain", "carol");
      assertEquals(1, unknown.status());
      assertTrue(unknown.err().contains("no peer called 'carol' is known"), unknown.err());
    }
    CliRun stopped = explain("alice", "--explain", "bob");
    assertEquals(1, stopped.status());
    assertTrue(stopped.err().contains("no node runs with the data folder"), stopped.err());
  }
}
