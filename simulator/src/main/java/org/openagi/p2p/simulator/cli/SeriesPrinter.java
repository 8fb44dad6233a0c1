package org.openagi.p2p.simulator.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.simulator.Report;
import org.openagi.p2p.simulator.SimulationConfig;

/** Prints the runs of a series as they end, and a summary of more than one. */
final class SeriesPrinter {
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintWriter out;
  private final @Nullable PrintWriter progress;
  private final boolean json;
  private final SimulationConfig config;
  private final long count;
  private final ReportPrinter printer;
  private final SeriesSummary summary = new SeriesSummary();

  /**
   * A printer of nothing yet.
   *
   * @param progress a terminal that shows how far it is; null for none
   * @param config of all runs, the seed apart
   * @param count how many runs there will be
   */
  SeriesPrinter(
      PrintWriter out,
      @Nullable PrintWriter progress,
      boolean json,
      SimulationConfig config,
      long count) {
    this.out = out;
    this.progress = count > 1 ? progress : null;
    this.json = json;
    this.config = config;
    this.count = count;
    this.printer = new ReportPrinter(out, json);
  }

  /** The next run ended. */
  void print(long seed, SeedRun run) {
    show("");
    SimulationConfig of = config.withSeed(seed);
    Report report = run.report();
    Throwable thrown = run.thrown();
    if (report != null) {
      summary.add(seed, report);
      printer.print(of, report);
    } else if (thrown != null) {
      summary.addCrash(seed);
      printer.printCrash(of, thrown);
    }
    out.flush();
    show(summary.progress(count));
  }

  private void show(String text) {
    PrintWriter terminal = progress;
    if (terminal == null) return;
    terminal.print(CLEAR_LINE + text);
    terminal.flush();
  }

  /** Prints the summary. Returns whether all runs were clean. */
  boolean end(int jobs) {
    show("");
    if (count > 1) out.println(json ? summary.json(jobs) : summary.text(jobs));
    out.flush();
    return summary.isClean();
  }
}
