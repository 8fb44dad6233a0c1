package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.testkit.Await;

/** {@code p2p topology} of a node that runs. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(120)
class TopologyCommandTest {
  @TempDir
  Path folder;

  private Session session(String name, String peers) throws Exception {
    return LoopbackNode.start(folder, name, peers);
  }

  private CliRun topology(String node, String... arguments) {
    return CliRun.of(folder.resolve(node), "topology", arguments);
  }

  @Test
  void itIsShownAsATableForGraphvizAndAsJson() throws Exception {
    try (Session alice = session("alice", "");
        Session bob = session("bob", alice.manager().addresses().getFirst().toString())) {
      assertTrue(bob.manager().addresses().size() > 0);
      Await.until(Duration.ofSeconds(40), "a table of both", () -> topology("alice")
          .out()
          .contains("2 nodes, 1 links"));
      CliRun table = topology("alice");
      assertEquals(0, table.status(), table.err());
      assertTrue(table.out().contains("alice"), table.out());
      assertTrue(table.out().contains("everyone reaches everyone"), table.out());
      assertTrue(table.out().contains("diameter 1"), table.out());
      assertTrue(table.out().contains("1 critical links"), table.out());
      String dot = topology("bob", "--dot").out();
      assertTrue(dot.startsWith("graph network {"), dot);
      assertTrue(dot.contains(" -- "), dot);
      List<String> json = topology("bob", "--json").out().lines().toList();
      assertEquals(4, json.size(), json.toString());
      assertTrue(json.get(3).contains("\"components\":[2]"), json.get(3));
      assertEquals(2, topology("bob", "--json", "--dot").status());
    }
  }

  @Test
  void withoutANodeThatRunsItFailsWithTheReason() {
    CliRun result = topology("nobody");
    assertEquals(1, result.status());
    assertTrue(result.err().contains("no node runs with the data folder"), result.err());
  }
}
