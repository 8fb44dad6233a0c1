package org.openagi.p2p.api.metrics;

import java.util.stream.Collectors;

/** The table of {@code docs/metrics.md}. */
final class MetricsPage {
  static final String BEGIN = "<!-- the table is made from the program -->\n";
  static final String END = "<!-- end of the table -->\n";

  private MetricsPage() {}

  static String table() {
    return BEGIN
        + "| Name | Kind | Unit | Labels | Meaning |\n|---|---|---|---|---|\n"
        + MetricTable.ALL.stream().map(MetricsPage::row).collect(Collectors.joining())
        + END;
  }

  private static String row(Metric metric) {
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            metric.name(),
            Metric.word(metric.kind()),
            unit(metric.name()),
            metric.labelText(),
            metric.meaning());
  }

  private static String unit(String name) {
    String plain = name.replaceAll("_total$", "");
    if (plain.endsWith("_bytes_per_second")) return "bytes/s";
    for (String unit : new String[] {"seconds", "bytes", "ratio"}) {
      if (plain.endsWith("_" + unit)) return unit;
    }
    return "";
  }
}
