package org.openagi.p2p.simulator.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.simulator.Report;
import org.openagi.p2p.simulator.SimulationConfig;
import org.openagi.p2p.simulator.check.Finding;
import org.openagi.p2p.simulator.fault.FaultKind;

/** Says what a run came to, for people or as JSON. */
final class ReportPrinter {
  private static final double SECONDS_PER_MINUTE = 60.0;
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter out;
  private final boolean json;

  ReportPrinter(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void print(SimulationConfig config, Report report) {
    if (json) out.println(toJson(config, report));
    else printText(config, report);
  }

  /** A run threw. */
  void printCrash(SimulationConfig config, Throwable thrown) {
    if (json) {
      out.println(new JsonObject()
          .put("seed", config.seed())
          .put("nodes", config.nodes())
          .put("clean", false)
          .put("thrown", thrown.toString())
          .put("command", command(config))
          .toString());
      return;
    }
    out.println("seed " + config.seed() + ": ended by an exception");
    thrown.printStackTrace(out);
    out.println("\n  play it again: " + command(config));
  }

  private void printText(SimulationConfig config, Report report) {
    out.printf(
        Locale.ROOT,
        "seed %d: %s, trace %016x, %d nodes, %.0f s in %.1f s, %d events, %d faults, %d messages: "
            + "%d handled, %d acknowledged, %d expired, %d refused; %d parcels, %.1f MB%n",
        config.seed(),
        report.isClean() ? "clean" : report.broken() + " promises broken",
        report.traceHash(),
        config.nodes(),
        report.virtualSeconds(),
        report.wallMillis() / 1e3,
        report.events(),
        report.faults(),
        report.submitted(),
        report.handled(),
        report.acknowledged(),
        report.expired(),
        report.refused(),
        report.parcels(),
        report.bytes() / 1e6);
    for (Finding finding : report.findings()) {
      out.println();
      out.printf(
          Locale.ROOT,
          "  %s broken at %.6f s: %s%n",
          finding.promise(),
          finding.atNanos() / NANOS_PER_SECOND,
          finding.what());
      for (String line : finding.trace()) out.println("    " + line);
    }
    if (!report.isClean()) out.println("\n  play it again: " + command(config));
  }

  static String command(SimulationConfig config) {
    double minutes = config.length().toMillis() / 1000.0 / SECONDS_PER_MINUTE;
    String number =
        minutes == Math.rint(minutes) ? String.valueOf((long) minutes) : String.valueOf(minutes);
    return "./p2p sim --nodes " + config.nodes() + " --seed " + config.seed() + " --minutes "
        + number + " --faults " + FaultKind.toText(config.faults());
  }

  private static String toJson(SimulationConfig config, Report report) {
    List<JsonObject> findings = report.findings().stream()
        .map(each -> new JsonObject()
            .put("promise", each.promise().toString())
            .put("atSeconds", each.atNanos() / NANOS_PER_SECOND)
            .put("what", each.what())
            .put("trace", each.trace()))
        .toList();
    return new JsonObject()
        .put("seed", config.seed())
        .put("nodes", config.nodes())
        .put("clean", report.isClean())
        .put("traceHash", String.format(Locale.ROOT, "%016x", report.traceHash()))
        .put("virtualSeconds", report.virtualSeconds())
        .put("wallMillis", report.wallMillis())
        .put("events", report.events())
        .put("faults", report.faults())
        .put("submitted", report.submitted())
        .put("handled", report.handled())
        .put("acknowledged", report.acknowledged())
        .put("expired", report.expired())
        .put("refused", report.refused())
        .put("parcels", report.parcels())
        .put("bytes", report.bytes())
        .put("broken", report.broken())
        .put("command", command(config))
        .put("findings", findings)
        .toString();
  }
}
