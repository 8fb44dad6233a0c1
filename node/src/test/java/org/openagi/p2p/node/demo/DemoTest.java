package org.openagi.p2p.node.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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
    try (var demo = new Demo(recorder)) {
      boolean good = demo.play() && demo.stop();
      String all = String.join("\n", recorder.lines);
      assertTrue(good, all);
      assertFalse(all.contains("BAD"), all);
      assertTrue(all.contains("bytes per message"), all);
    }
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
