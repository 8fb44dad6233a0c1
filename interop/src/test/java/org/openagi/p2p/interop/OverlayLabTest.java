package org.openagi.p2p.interop;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.node.Main;

/**
 * What the overlay makes of hosts that cannot all reach each other. The hosts are network namespaces; without the right to make
 * them the tests are skipped.
 */
@Tag("torture")
class OverlayLabTest {
  private static final long PATIENCE_SECONDS = 300;

  @ParameterizedTest
  @ValueSource(strings = {"chain", "twin", "partition", "mail", "silence"})
  void holds(String scenario) throws Exception {
    Map<String, String> program =
        Map.of("OVERLAY_LAB_COMMAND", String.join("\n", Lab.java(Main.class)));
    Lab.Result result =
        Lab.run(List.of("python3", Lab.script("overlay.py"), scenario), program, PATIENCE_SECONDS);
    Assumptions.assumeFalse(
        result.exitCode() == Lab.CANNOT_RUN,
        () -> "lab skipped: " + result.output().strip());
    Assertions.assertEquals(0, result.exitCode(), result::output);
  }
}
