package org.openagi.p2p.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.json.JsonObject;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** One line of {@code p2p node --json}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonLineBenchmark {
  @Benchmark
  public String line() {
    return new JsonObject()
        .put("event", "message")
        .put("from", "bob")
        .put("text", "hello, this is a short message")
        .put("bytes", 30L)
        .toString();
  }
}
