package org.openagi.p2p.node.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.openagi.p2p.api.json.JsonObject;

/** The demo as a test: three processes, one of them killed. */
@EnabledOnOs(OS.LINUX)
class DemoTest {
  private static final class Recorder implements Reporter {
    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void tell(Kind kind, String text, JsonObject object) {
      lines.add(kind + " " + text);
    }

    @Override
    public void table(List<String> table) {
      lines.addAll(table);
    }
  }

  @Test
  @Timeout(240)
  void everyStepWorks() throws Exception {
    var recorder = new Recorder();
    try (var demo = new Demo(recorder, true);
        var http = HttpClient.newHttpClient()) {
      boolean good = demo.play();
      Map<String, String> dashboards = good ? demo.dashboards() : Map.of();
      for (String address : dashboards.values()) assertEquals(200, statusBy(http, address));
      good = good && demo.stop();
      assertEquals(Set.of("ada", "bob", "cyd"), dashboards.keySet());
      String all = String.join("\n", recorder.lines);
      assertTrue(good, all);
      assertFalse(all.contains("BAD"), all);
      assertTrue(all.contains("bytes per message"), all);
    }
  }

  /** The token is after {@code #token=}, which no browser sends along. */
  private static int statusBy(HttpClient http, String address) throws Exception {
    URI uri = URI.create(address);
    HttpRequest request = HttpRequest.newBuilder(uri.resolve("/api/v1/status"))
        .header("Authorization", "Bearer " + uri.getFragment().substring("token=".length()))
        .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void quantilesAreByNearestRank() {
    var sample = new Sample();
    assertTrue(Double.isNaN(sample.quantile(0.5)));
    for (int i = 100; i >= 1; i--) sample.add(i);
    assertEquals(50, sample.quantile(0.5));
    assertEquals(99, sample.quantile(0.99));
    assertEquals(100, sample.quantile(1));
    assertEquals(100, sample.count());
  }
}
