package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiNode.Answer;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.testkit.Await;

/** What Prometheus sees. */
class MetricsTest {
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\S+)` \\| (\\S+) \\|");

  @TempDir
  Path folder;

  private static Map<String, String> pairs(Pattern pattern, String text) {
    Map<String, String> all = new TreeMap<>();
    pattern.matcher(text).results().forEach(found -> all.put(found.group(1), found.group(2)));
    return all;
  }

  private static double value(String text, String series) {
    return text.lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not in " + text));
  }

  @Test
  void aNodeTellsWhatThePageSaysAndNothingElse() throws Exception {
    try (ApiNode alice = new ApiNode(folder, "alice", false);
        ApiNode bob = new ApiNode(folder, "bob", false, alice.manager)) {
      Await.until(Duration.ofSeconds(40), "a link", () -> alice
          .manager
          .getPeerInfo("bob")
          .filter(peer -> peer.link().isPresent() && peer.reputation().isPresent())
          .isPresent());
      var outcome = alice
          .manager
          .submit(NetworkMessage.text("bob", "hello"))
          .outcome()
          .get(40, TimeUnit.SECONDS);
      Answer first = alice.get("/metrics");
      assertEquals(200, first.status());
      assertEquals(
          "text/plain; version=0.0.4; charset=utf-8",
          first.response().headers().firstValue("content-type").orElse(""));
      String text = first.response().body();
      assertEquals(
          pairs(ROW, Files.readString(Path.of("..", "docs", "metrics.md"))), pairs(TYPE, text));
      assertEquals(
          1, value(text, "p2p_messages_ended_total{end=\"acknowledged\"}"), outcome + text);
      assertEquals(1, value(text, "p2p_peers_connected"));
      assertEquals(0, value(text, "p2p_refusals_total{cause=\"max_streams\"}"));
      assertTrue(text.contains("p2p_link_rtt_seconds{name=\"bob\",peer=\"12D3"), text);
      assertTrue(value(text, "process_cpu_seconds_total") > 0, text);

      // Without the token, and with a later reading: one refusal more.
      HttpRequest bare =
          HttpRequest.newBuilder(URI.create(alice.server.url() + "/metrics")).build();
      assertEquals(401, alice.send(bare).status());
      bob.close();
      Await.until(
          Duration.ofSeconds(40),
          "bob has gone",
          () -> alice.manager.connectedPeers().isEmpty());
      String later = alice.get("/api/v1/metrics").response().body();
      assertEquals(1, value(later, "p2p_api_refusals_total{cause=\"unauthenticated\"}"));
      assertTrue(!later.contains("peer=\"12D3"), "a peer that has gone is still told: " + later);
    }
  }
}
