package org.openagi.p2p.simulator.scenario;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.simulator.node.SimulatedNode;

/** Half of all nodes lose power at one moment. The others have to be one network again, and a broadcast has to reach all. */
public final class MassFailure {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration CALM = Duration.ofSeconds(60);
  private static final Duration HEAL = Duration.ofSeconds(90);
  private static final Duration NEWS = Duration.ofSeconds(30);
  private static final int NEWS_BYTES = 256;

  private final int nodes;
  private final long seed;
  private final PrintWriter out;
  private final boolean json;

  /** A scenario that has not begun. */
  public MassFailure(int nodes, long seed, PrintWriter out, boolean json) {
    this.nodes = nodes;
    this.seed = seed;
    this.out = out;
    this.json = json;
  }

  private void say(String format, Object... values) {
    if (!json) out.printf(Locale.ROOT, format + "%n", values);
    out.flush();
  }

  /** Plays it. Returns whether the survivors are one component and the broadcast reached all of them. */
  public boolean play() {
    long started = System.nanoTime();
    try (Overlays overlays = new Overlays(nodes, seed, Duration.ofSeconds(30))) {
      overlays.startWithin(START);
      overlays.world().runFor(CALM.toNanos());
      say(
          "%d nodes run after %d s: largest component %d, mean degree %.2f, %.1f MB sent, %.1f s",
          nodes,
          START.plus(CALM).toSeconds(),
          overlays.largestComponent(),
          overlays.meanDegree(),
          overlays.totalBytes() / 1e6,
          seconds(started));
      say("frames by type: %s", overlays.frames());
      overlays.broadcast(NEWS_BYTES);
      overlays.world().runFor(NEWS.toNanos());
      say(
          "a broadcast missed %d of them; half had it after %.0f ms, all after %.0f ms, %d hops",
          overlays.missed(),
          overlays.millisUntil(0.5),
          overlays.millisUntil(1),
          overlays.maxHops());
      return fail(overlays, started);
    }
  }

  private boolean fail(Overlays overlays, long started) {
    kill(overlays);
    int survivors = overlays.running().size();
    long bytesBefore = overlays.sentBytes();
    long segmentsBefore = overlays.sentSegments();
    int atOnce = overlays.largestComponent();
    say("half of them lose power: %d survive, %d of these in one component", survivors, atOnce);
    int lastApart = 0;
    for (int second = 1; second <= HEAL.toSeconds(); second++) {
      overlays.world().runFor(Overlays.SECOND);
      if (overlays.largestComponent() < survivors) lastApart = second;
    }
    int component = overlays.largestComponent();
    double bytes = (overlays.sentBytes() - bytesBefore) / (double) survivors;
    double segments = (overlays.sentSegments() - segmentsBefore) / (double) survivors;
    say(
        "%d s later: largest component %d, whole from %d s on, mean degree %.2f; "
            + "each sent %.0f messages and %.1f kB meanwhile",
        HEAL.toSeconds(), component, lastApart, overlays.meanDegree(), segments, bytes / 1e3);
    overlays.broadcast(NEWS_BYTES);
    overlays.world().runFor(NEWS.toNanos());
    int missed = overlays.missed();
    say(
        "a broadcast missed %d of them; half had it after %.0f ms, all after %.0f ms, %d hops",
        missed, overlays.millisUntil(0.5), overlays.millisUntil(1), overlays.maxHops());
    boolean held = component == survivors && missed == 0 && overlays.repeated() == 0;
    if (json) {
      out.println(new JsonObject()
          .put("scenario", "mass-failure")
          .put("nodes", nodes)
          .put("seed", seed)
          .put("held", held)
          .put("survivors", survivors)
          .put("componentAtOnce", atOnce)
          .put("component", component)
          .put("wholeAfterSeconds", lastApart)
          .put("messagesPerNode", segments)
          .put("bytesPerNode", bytes)
          .put("missed", missed)
          .put("broadcastMillisHalf", overlays.millisUntil(0.5))
          .put("broadcastMillisAll", overlays.millisUntil(1))
          .put("events", overlays.world().happened())
          .put("traceHash", String.format(Locale.ROOT, "%016x", overlays.world().traceHash()))
          .put("wallMillis", (long) (1e3 * seconds(started)))
          .toString());
    }
    say(
        "%s; trace %016x, %d events, %.1f s of this machine",
        held ? "held" : "BROKEN",
        overlays.world().traceHash(),
        overlays.world().happened(),
        seconds(started));
    return held;
  }

  private static void kill(Overlays overlays) {
    List<SimulatedNode> order = new ArrayList<>(overlays.running());
    Collections.shuffle(order, Random.from(overlays.random()));
    for (SimulatedNode node : order.subList(0, order.size() / 2)) node.losePower();
  }

  private static double seconds(long started) {
    return (System.nanoTime() - started) / 1e9;
  }
}
