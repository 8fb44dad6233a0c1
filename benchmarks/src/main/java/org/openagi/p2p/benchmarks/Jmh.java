package org.openagi.p2p.benchmarks;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the micro benchmarks. */
final class Jmh {
  private Jmh() {}

  static int run(@Nullable String pattern) throws Exception {
    var options = new OptionsBuilder()
        .include(pattern == null ? ".*" : pattern)
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(5)
        .measurementTime(TimeValue.seconds(1))
        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED");
    return new Runner(options.build()).run().isEmpty() ? 1 : 0;
  }
}
