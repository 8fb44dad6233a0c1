package org.openagi.p2p.benchmarks;

import java.io.PrintWriter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the micro benchmarks: progress to standard error, one JSON line a result to the output. */
final class Jmh {
  private Jmh() {}

  static int run(@Nullable String pattern, PrintWriter out) throws Exception {
    var options = new OptionsBuilder()
        .include(pattern == null ? ".*" : pattern)
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(5)
        .measurementTime(TimeValue.seconds(1))
        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
        .build();
    var progress = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL);
    Collection<RunResult> results = new Runner(options, progress).run();
    for (RunResult result : results) out.println(line(result));
    out.flush();
    return results.isEmpty() ? 1 : 0;
  }

  private static JsonObject line(RunResult result) {
    Result<?> primary = result.getPrimaryResult();
    var line =
        new JsonObject().put("bench", "jmh").put("name", result.getParams().getBenchmark());
    var parameters = new JsonObject();
    for (String key : result.getParams().getParamsKeys()) {
      parameters.put(key, result.getParams().getParam(key));
    }
    return line.put("parameters", parameters)
        .put("score", Figures.round(primary.getScore()))
        .put("error", Figures.round(primary.getScoreError()))
        .put("unit", primary.getScoreUnit())
        .put("machine", Machine.describe());
  }
}
