package org.openagi.p2p.interop;

import io.avaje.jsonb.Jsonb;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.node.Main;

/**
 * What {@code p2p doctor} says of networks, clocks and disks that are broken in earnest. The hosts are network namespaces;
 * without root, iproute2, nftables or libfaketime the tests are skipped, and say what is to be installed.
 */
class DoctorLabTest {
  private static final long PATIENCE_SECONDS = 480;

  /** Cases at a time: most of the time each waits for something that does not come. */
  private static final String JOBS = "4";

  private static final Map<String, Map<String, Object>> ROWS = new HashMap<>();

  @BeforeAll
  static void breakThings() throws Exception {
    Map<String, String> program =
        Map.of("OVERLAY_LAB_COMMAND", String.join("\n", Lab.java(Main.class)));
    List<String> command = List.of("python3", Lab.script("doctor.py"), "--json", "--jobs", JOBS);
    Lab.Result result = Lab.run(command, program, PATIENCE_SECONDS);
    Assumptions.assumeFalse(
        result.exitCode() == Lab.CANNOT_RUN,
        () -> "lab skipped: " + result.output().strip());
    var type = Jsonb.instance().type(Object.class).map();
    result.output().lines().filter(line -> line.startsWith("{")).forEach(line -> {
      Map<String, Object> row = type.fromJson(line);
      ROWS.put(String.valueOf(row.get("case")), row);
    });
    Assertions.assertFalse(ROWS.isEmpty(), result::output);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"well", "multicast", "down", "blocked", "pinned", "clock", "disk", "limit"})
  void namesTheCause(String broken) {
    Map<String, Object> row = ROWS.getOrDefault(broken, Map.of());
    Assertions.assertEquals(true, row.get("held"), () -> broken + ": " + row);
  }
}
