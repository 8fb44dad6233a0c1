package org.openagi.p2p.overlay.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.overlay.health.Trial.Weather;

/** Rules of suspicion side by side; the table is in docs/adr/0013-suspicion-by-witnesses.md. */
class SuspicionComparisonTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** What is promised of the rule that is used. */
  @ParameterizedTest
  @ValueSource(ints = {1, 30})
  void inAnHourWithLossNobodyIsSuspectedFalselyAndEveryDeathIsFound(int intervalSeconds) {
    Duration interval = Duration.ofSeconds(intervalSeconds);
    for (Weather weather : new Weather[] {Weather.LOSS, Weather.LOSS_DATAGRAMS}) {
      Trial trial = new Trial(1, weather, interval, HOUR, WitnessSuspicion::new).run();
      String row = trial.row("witnesses", weather, interval);
      assertEquals(0, trial.falseSuspicions(), row);
      assertEquals(0, trial.falseDeaths(), row);
      assertEquals(trial.expected(), trial.detected(), row);
      assertTrue(trial.suspectedSeconds(100) < intervalSeconds + 5, row);
      assertTrue(trial.diedSeconds(100) < intervalSeconds + 5 + 8, row);
    }
  }

  @Test
  @Tag("torture")
  void table() {
    Map<String, Function<HealthConfig, Suspicion>> rules = new LinkedHashMap<>();
    rules.put("phi accrual, 8 and 12", config -> new PhiAccrual(config, 8, 12));
    rules.put("SWIM", PlainSwim::new);
    rules.put("witnesses", WitnessSuspicion::new);
    StringBuilder table = new StringBuilder();
    for (int seconds : new int[] {1, 30}) {
      Duration interval = Duration.ofSeconds(seconds);
      for (Weather weather : Weather.values()) {
        rules.forEach((name, rule) -> table
            .append(new Trial(7, weather, interval, HOUR, rule).run().row(name, weather, interval))
            .append('\n'));
      }
    }
    System.out.println(table);
  }
}
