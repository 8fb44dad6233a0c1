package org.openagi.p2p.simulator.scenario;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws the figures of {@link Growth}: two charts side by side, sizes on a logarithmic axis. */
final class GrowthPlot {
  private static final int WIDTH = 380;
  private static final int HEIGHT = 240;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final double HEADROOM = 1.15;
  private static final int LINES = 4;

  private GrowthPlot() {}

  static String of(List<Growth.Row> rows) {
    StringBuilder svg = new StringBuilder(String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            + "font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
        2 * (LEFT + WIDTH) + 40,
        TOP + HEIGHT + 50));
    chart(
        svg,
        LEFT,
        "control traffic of a node at rest, bytes/s",
        rows,
        List.of(Growth.Row::controlBytesPerSecond));
    chart(
        svg,
        2 * LEFT + WIDTH + 20,
        "broadcast: until half (lower), all (upper) have it, ms",
        rows,
        List.of(Growth.Row::broadcastMillisHalf, Growth.Row::broadcastMillisAll));
    return svg.append("</svg>\n").toString();
  }

  private static void chart(
      StringBuilder svg,
      int left,
      String title,
      List<Growth.Row> rows,
      List<ToDoubleFunction<Growth.Row>> curves) {
    double most = 1;
    for (Growth.Row row : rows) {
      for (var curve : curves) most = Math.max(most, HEADROOM * curve.applyAsDouble(row));
    }
    text(svg, left, TOP - 15, "start", title);
    for (int i = 0; i <= LINES; i++) {
      double y = TOP + HEIGHT - HEIGHT * i / (double) LINES;
      svg.append(String.format(
          Locale.ROOT, "<path d=\"M%d %.1f h%d\" stroke=\"#ddd\"/>%n", left, y, WIDTH));
      text(svg, left - 6, y + 4, "end", String.format(Locale.ROOT, "%,.0f", most * i / LINES));
    }
    for (Growth.Row row : rows) {
      text(
          svg,
          x(left, row, rows),
          TOP + HEIGHT + 18,
          "middle",
          String.format(Locale.ROOT, "%,d", row.nodes()));
    }
    text(svg, left + WIDTH / 2.0, TOP + HEIGHT + 38, "middle", "nodes");
    for (var curve : curves) curve(svg, left, rows, curve, most);
  }

  private static double x(int left, Growth.Row row, List<Growth.Row> rows) {
    double first = Math.log(rows.getFirst().nodes());
    double span = Math.max(1e-9, Math.log(rows.getLast().nodes()) - first);
    return left + 20 + (WIDTH - 40) * (Math.log(row.nodes()) - first) / span;
  }

  private static void curve(
      StringBuilder svg,
      int left,
      List<Growth.Row> rows,
      ToDoubleFunction<Growth.Row> curve,
      double most) {
    StringBuilder path = new StringBuilder();
    for (Growth.Row row : rows) {
      double x = x(left, row, rows);
      double y = TOP + HEIGHT - HEIGHT * curve.applyAsDouble(row) / most;
      path.append(String.format(Locale.ROOT, "%s%.1f %.1f ", path.isEmpty() ? "M" : "L", x, y));
      svg.append(String.format(
          Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#1f5fa8\"/>%n", x, y));
      text(svg, x, y - 7, "middle", String.format(Locale.ROOT, "%,.0f", curve.applyAsDouble(row)));
    }
    svg.append("<path d=\"" + path.toString().strip()
        + "\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"1.5\"/>\n");
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
    svg.append(String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        x,
        y,
        anchor,
        words));
  }
}
