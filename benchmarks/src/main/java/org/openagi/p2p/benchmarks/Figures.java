package org.openagi.p2p.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openagi.p2p.api.json.JsonObject;

/** Measured numbers by name, in the order they were put. Confined to one thread. */
final class Figures {
  private final Map<String, Double> byName = new LinkedHashMap<>();

  /** Takes numbers out of the words of a worker's answer. */
  static Figures of(Map<String, String> words, String... names) {
    var figures = new Figures();
    for (String name : names) {
      String value = words.get(name);
      if (value == null) throw new IllegalStateException("no " + name + " in " + words);
      figures.put(name, Double.parseDouble(value));
    }
    return figures;
  }

  /** The median of each figure by itself; all runs have the same figures. */
  static Figures median(List<Figures> runs) {
    var medians = new Figures();
    for (String name : runs.getFirst().byName.keySet()) {
      double[] sorted = runs.stream().mapToDouble(run -> run.get(name)).sorted().toArray();
      int middle = sorted.length / 2;
      medians.put(
          name,
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }
    return medians;
  }

  Figures put(String name, double value) {
    byName.put(name, value);
    return this;
  }

  /** This, and all others behind. */
  Figures with(Figures others) {
    byName.putAll(others.byName);
    return this;
  }

  /** The figure, or not-a-number if there is none of that name. */
  double get(String name) {
    Double value = byName.get(name);
    return value == null ? Double.NaN : value;
  }

  /** This, with the bytes on the wire replaced by those that are not payload. */
  Figures withOverhead(int payloadBytes) {
    Double wire = byName.remove("wire_bytes");
    if (wire != null) byName.put("overhead_bytes", wire - payloadBytes);
    return this;
  }

  /** Adds all to a line, rounded to what a reader can use. */
  JsonObject addTo(JsonObject line) {
    byName.forEach((name, value) -> line.put(name, round(value)));
    return line;
  }

  static double round(double value) {
    return Math.abs(value) >= 1000 ? Math.rint(value) : Math.rint(value * 1000) / 1000;
  }
}
