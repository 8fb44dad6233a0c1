package org.openagi.p2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.avaje.jsonb.Jsonb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs of tests that are written in JavaScript, with the packages of {@code interop/js}. */
final class Mocha {
  /** Longest that a whole run may take; each of its tests has limits of its own. */
  private static final long PATIENCE_SECONDS = 280;

  private Mocha() {}

  /**
   * Fails unless as many tests pass as there should be, and no test fails.
   *
   * @param folder where the report is written
   * @param variables added to the environment
   * @param options further options of mocha
   */
  static void assertPass(
      Path folder, String script, int count, Map<String, String> variables, String... options)
      throws Exception {
    Path js = JsPackages.folder();
    Path report = folder.resolve("report.json");
    List<String> command = new ArrayList<>(List.of(
        "node",
        js.resolve("node_modules/mocha/bin/mocha.js").toString(),
        "--exit",
        "--reporter",
        "json",
        "--reporter-option",
        "output=" + report));
    command.addAll(List.of(options));
    command.add(js.resolve(script).toString());
    Lab.Result result = Lab.run(command, variables, PATIENCE_SECONDS);
    String told = Files.exists(report) ? Files.readString(report) : result.output();
    assertEquals(0, result.exitCode(), told);
    Map<?, ?> stats =
        (Map<?, ?>) Jsonb.instance().type(Object.class).map().fromJson(told).get("stats");
    assertEquals(count, ((Number) stats.get("passes")).intValue(), told);
  }
}
