package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.testkit.Await;

/** {@code p2p peers --explain} on a node that runs. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(120)
class PeersExplainTest {
  @TempDir
  Path folder;

  private record Result(int status, String out, String err) {}

  private Session session(String name, String peers) throws Exception {
    P2PConfig config = P2PConfig.defaults()
        .with("name", name)
        .with("data", folder.resolve(name).toString())
        .with("discovery", "manual")
        .with("listen", "/ip4/127.0.0.1/tcp/0")
        .with("peers", peers)
        .with("stop_timeout", "0");
    Session session = Session.node(config, extras -> {});
    session.start();
    return session;
  }

  private Result explain(String node, String... arguments) {
    var all = new ArrayList<>(List.of("peers", "--data", folder.resolve(node).toString()));
    all.addAll(Arrays.asList(arguments));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        new Cli(new ByteArrayInputStream(new byte[0]), out, err).run(all.toArray(String[]::new));
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  @SuppressWarnings("unchecked") // a JSON object has string keys
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
      Result text = explain("alice", "--explain", "bob");
      assertEquals(0, text.status, text.err);
      assertTrue(text.out.contains("HEALTHY"), text.out);
      assertTrue(text.out.contains("99 % within"), text.out);
      assertTrue(text.out.contains("told who it is, signed"), text.out);
      Result json =
          explain("alice", "--explain", bob.manager().identity().peerId().toString(), "--json");
      var type = Jsonb.builder().build().type(Object.class);
      List<Map<String, Object>> objects = json.out
          .lines()
          .map(line -> (Map<String, Object>) type.fromJson(line))
          .toList();
      assertEquals("HEALTHY", objects.getFirst().get("state"));
      assertEquals("GOOD", objects.getFirst().get("standing"));
      double sum = objects.stream()
          .skip(1)
          .mapToDouble(each -> ((Number) each.get("points")).doubleValue())
          .sum();
      assertEquals(((Number) objects.getFirst().get("score")).doubleValue(), sum, 0.3);
      Result unknown = explain("alice", "--explain", "carol");
      assertEquals(1, unknown.status);
      assertTrue(unknown.err.contains("no peer called 'carol' is known"), unknown.err);
    }
    Result stopped = explain("alice", "--explain", "bob");
    assertEquals(1, stopped.status);
    assertTrue(stopped.err.contains("no node runs with the data folder"), stopped.err);
  }
}
