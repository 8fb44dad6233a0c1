package org.openagi.p2p.benchmarks.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The parameters of one run, the same in every process of it. Immutable.
 *
 * @param sizeBytes payload of a message
 * @param window most unacknowledged messages at a time
 * @param security {@code noise} or {@code tls}; the limit is always TLS
 * @param rounds ping-pong rounds measured in S2; at least as many, for the seconds of warm-up, come before
 * @param connections connections held in S3
 * @param placement which cores the processes run on: {@code free}, {@code one} or {@code each}
 * @param durable whether messages are kept on disk; the limit is a bare log then
 * @param pacedPerSecond messages submitted a second where the pace is given
 */
public record Settings(
    int sizeBytes,
    int window,
    String security,
    int warmupSeconds,
    int measuredSeconds,
    int rounds,
    int connections,
    String placement,
    boolean durable,
    int pacedPerSecond) {

  /** As worker arguments, read back by {@link #parse}. */
  public List<String> toArguments() {
    var all = new ArrayList<String>();
    all.add("size=" + sizeBytes);
    all.add("window=" + window);
    all.add("security=" + security);
    all.add("warmup=" + warmupSeconds);
    all.add("measured=" + measuredSeconds);
    all.add("rounds=" + rounds);
    all.add("connections=" + connections);
    all.add("placement=" + placement);
    all.add("durable=" + (durable ? 1 : 0));
    all.add("paced=" + pacedPerSecond);
    return all;
  }

  static Settings parse(Map<String, String> words) {
    return new Settings(
        number(words, "size"),
        number(words, "window"),
        word(words, "security"),
        number(words, "warmup"),
        number(words, "measured"),
        number(words, "rounds"),
        number(words, "connections"),
        word(words, "placement"),
        number(words, "durable") == 1,
        number(words, "paced"));
  }

  private static int number(Map<String, String> words, String name) {
    return Integer.parseInt(word(words, name));
  }

  private static String word(Map<String, String> words, String name) {
    String value = words.get(name);
    if (value == null) throw new IllegalArgumentException("worker argument missing: " + name);
    return value;
  }
}
