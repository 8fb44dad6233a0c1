package org.openagi.p2p.simulator.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.simulator.Report;

/** What many runs came to together. */
final class SeriesSummary {
  private static final int MAX_NAMED = 20;
  private static final double MILLIS_PER_SECOND = 1e3;

  private final long startedNanos = System.nanoTime();
  private final List<Long> broken = new ArrayList<>();
  private int runs;
  private long events;
  private long faults;
  private long submitted;
  private long handled;
  private long acknowledged;
  private double virtualSeconds;
  private long longestMillis;

  void add(long seed, Report report) {
    runs++;
    if (!report.isClean()) broken.add(seed);
    events += report.events();
    faults += report.faults();
    submitted += report.submitted();
    handled += report.handled();
    acknowledged += report.acknowledged();
    virtualSeconds += report.virtualSeconds();
    longestMillis = Math.max(longestMillis, report.wallMillis());
  }

  void addCrash(long seed) {
    runs++;
    broken.add(seed);
  }

  boolean isClean() {
    return broken.isEmpty();
  }

  private double wallSeconds() {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  /** How far it is, for a line that is overwritten. */
  String progress(long of) {
    return String.format(
        Locale.ROOT, "%d of %d seeds, %d broken, %.0f s", runs, of, broken.size(), wallSeconds());
  }

  String text(int jobs) {
    String which =
        broken.isEmpty() ? "" : " (" + named() + (broken.size() > MAX_NAMED ? ", …" : "") + ")";
    return String.format(
        Locale.ROOT,
        "%d seeds: %d clean, %d broken%s; %.1f h of virtual time in %.0f s, %d at once, the longest run %.1f s; "
            + "%d events, %d faults, %d messages, %d handled, %d acknowledged",
        runs,
        runs - broken.size(),
        broken.size(),
        which,
        virtualSeconds / 3600,
        wallSeconds(),
        jobs,
        longestMillis / MILLIS_PER_SECOND,
        events,
        faults,
        submitted,
        handled,
        acknowledged);
  }

  private String named() {
    return String.join(
        ", ", broken.stream().limit(MAX_NAMED).map(String::valueOf).toList());
  }

  String json(int jobs) {
    return new JsonObject()
        .put("seeds", runs)
        .put("clean", runs - broken.size())
        .put("brokenSeeds", broken.stream().map(String::valueOf).toList())
        .put("jobs", jobs)
        .put("virtualSeconds", virtualSeconds)
        .put("wallMillis", (long) (MILLIS_PER_SECOND * wallSeconds()))
        .put("longestMillis", longestMillis)
        .put("events", events)
        .put("faults", faults)
        .put("submitted", submitted)
        .put("handled", handled)
        .put("acknowledged", acknowledged)
        .toString();
  }
}
