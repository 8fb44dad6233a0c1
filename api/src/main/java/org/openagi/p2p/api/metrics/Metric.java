package org.openagi.p2p.api.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One name of the metrics, and how it is read. Immutable.
 *
 * @param name as Prometheus shows it, with its unit
 * @param kind what may be done with it
 * @param meaning for people, a phrase
 * @param labels names of its labels, in the order of the values in a {@link Sample}
 * @param isOfPeers whether the values of its labels come and go with the peers
 * @param samples of a reading
 */
record Metric(
    String name,
    Kind kind,
    String meaning,
    List<String> labels,
    boolean isOfPeers,
    Function<Reading, List<Sample>> samples) {
  /** Counters only grow while the node runs; gauges go both ways. */
  enum Kind {
    COUNTER,
    GAUGE
  }

  /** A value and the values of the labels. */
  record Sample(List<String> labels, double value) {}

  /** A value of a label, and what is told for it. */
  record Labelled(String label, ToDoubleFunction<Reading> value) {}

  static Labelled value(String label, ToDoubleFunction<Reading> value) {
    return new Labelled(label, value);
  }

  /** One value. */
  static Metric counter(String name, String meaning, ToDoubleFunction<Reading> value) {
    return single(name, Kind.COUNTER, meaning, value);
  }

  static Metric gauge(String name, String meaning, ToDoubleFunction<Reading> value) {
    return single(name, Kind.GAUGE, meaning, value);
  }

  private static Metric single(
      String name, Kind kind, String meaning, ToDoubleFunction<Reading> value) {
    return new Metric(
        name,
        kind,
        meaning,
        List.of(),
        false,
        reading -> List.of(new Sample(List.of(), value.applyAsDouble(reading))));
  }

  /** One counter for each value of a label. */
  static Metric counters(String name, String meaning, String label, Labelled... values) {
    return labelled(name, Kind.COUNTER, meaning, label, reading -> Stream.of(values)
        .map(each -> new Sample(List.of(each.label), each.value.applyAsDouble(reading)))
        .toList());
  }

  /** One gauge for each value of a label. */
  static Metric gauges(String name, String meaning, String label, Labelled... values) {
    return labelled(name, Kind.GAUGE, meaning, label, reading -> Stream.of(values)
        .map(each -> new Sample(List.of(each.label), each.value.applyAsDouble(reading)))
        .toList());
  }

  /** One counter for each constant of an enum, those that never happened too: rates need the zero. */
  static <E extends Enum<E>> Metric counters(
      String name,
      String meaning,
      String label,
      Class<E> causes,
      Function<Reading, ? extends Map<E, Long>> counts) {
    return labelled(name, Kind.COUNTER, meaning, label, reading -> {
      Map<E, Long> now = counts.apply(reading);
      return List.of(causes.getEnumConstants()).stream()
          .map(each -> new Sample(List.of(word(each)), now.getOrDefault(each, 0L)))
          .toList();
    });
  }

  /** One counter for each name; the names must be the same in every reading. */
  static Metric counters(
      String name,
      String meaning,
      String label,
      Function<Reading, ? extends SortedMap<String, Long>> counts) {
    return labelled(
        name, Kind.COUNTER, meaning, label, reading -> counts.apply(reading).entrySet().stream()
            .map(each -> new Sample(List.of(each.getKey()), each.getValue()))
            .toList());
  }

  /** An enum's constant as the value of a label. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Metric labelled(
      String name,
      Kind kind,
      String meaning,
      String label,
      Function<Reading, List<Sample>> samples) {
    return new Metric(name, kind, meaning, List.of(label), false, samples);
  }

  /** The labels as the page of documentation shows them. */
  String labelText() {
    return labels.stream().map(each -> "`" + each + "`").collect(Collectors.joining(", "));
  }
}
