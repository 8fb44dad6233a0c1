package org.openagi.p2p.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.api.json.JsonObject;

class FiguresTest {
  private static Figures figures(double a, double b) {
    return new Figures().put("a", a).put("b", b);
  }

  @Test
  void takesTheMedianOfEachFigureByItself() {
    Figures odd = Figures.median(List.of(figures(1, 30), figures(3, 10), figures(2, 20)));
    assertEquals(2, odd.get("a"));
    assertEquals(20, odd.get("b"));
    Figures even = Figures.median(List.of(figures(1, 10), figures(2, 40)));
    assertEquals(1.5, even.get("a"));
    assertEquals(25, even.get("b"));
    assertTrue(Double.isNaN(even.get("c")));
  }

  @Test
  void turnsBytesOnTheWireIntoOverhead() {
    Figures figures = new Figures().put("wire_bytes", 70.25).withOverhead(64);
    assertEquals("{\"overhead_bytes\":6.25}", figures.addTo(new JsonObject()).toString());
  }

  @Test
  void readsTheWordsOfAWorkerAndMissesNone() {
    Map<String, String> words = Map.of("p50_us", "12.5", "p99_us", "99");
    assertEquals(12.5, Figures.of(words, "p50_us").get("p50_us"));
    assertThrows(IllegalStateException.class, () -> Figures.of(words, "mean_us"));
  }

  @Test
  void roundsToWhatAReaderCanUse() {
    assertEquals(1_234_568, Figures.round(1_234_567.89));
    assertEquals(1.235, Figures.round(1.2345678));
  }
}
