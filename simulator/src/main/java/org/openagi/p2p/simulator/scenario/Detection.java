package org.openagi.p2p.simulator.scenario;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.simulator.net.Weather;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Watch;

/** How long it takes until neighbours declare a machine dead that lost power, and how often they declare one that lives. */
public final class Detection {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration CALM = Duration.ofSeconds(60);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final double LOSS = 0.05;

  private final int nodes;
  private final long seed;
  private final Duration heartbeat;
  private final PrintWriter out;
  private final boolean json;

  private final List<Double> suspectedAfter = new ArrayList<>();
  private final List<Double> givenUpAfter = new ArrayList<>();
  private int falseDeaths;
  private int suspicions;
  private @Nullable PeerId victim;
  private long killedNanos;

  /** A scenario that has not begun. */
  public Detection(int nodes, long seed, Duration heartbeat, PrintWriter out, boolean json) {
    this.nodes = nodes;
    this.seed = seed;
    this.heartbeat = heartbeat;
    this.out = out;
    this.json = json;
  }

  /** Plays it. Returns whether nobody was declared dead that lived. */
  public boolean play() {
    try (Overlays overlays = new Overlays(nodes, seed, heartbeat)) {
      overlays.ground().setWatch(new Watch() {
        @Override
        public void onHealth(SimulatedNode node, HealthEvent event) {
          look(overlays, event);
        }
      });
      overlays.ground().fabric().setWeather(new Weather(1, 0.05, LOSS));
      overlays.startWithin(START);
      overlays.world().runFor(CALM.toNanos());
      overlays.world().runFor(HOUR.toNanos());
      int falseInAnHour = falseDeaths;
      killSome(overlays);
      print(falseInAnHour);
      return falseDeaths == 0;
    }
  }

  private void killSome(Overlays overlays) {
    for (int i = 0; i < Math.min(nodes / 4, 10); i++) {
      SimulatedNode node =
          overlays.running().get(overlays.random().nextInt(overlays.running().size()));
      victim = node.peerId();
      killedNanos = overlays.world().elapsedNanos();
      node.losePower();
      overlays.world().runFor(4 * heartbeat.toNanos() + Duration.ofMinutes(1).toNanos());
    }
  }

  private void look(Overlays overlays, HealthEvent event) {
    if (event instanceof HealthEvent.Suspected suspected) {
      if (!isDead(overlays, suspected.peer())) suspicions++;
      else if (suspected.peer().equals(victim)) suspectedAfter.add(sinceKill(overlays));
    } else if (event instanceof HealthEvent.Died died) {
      if (!isDead(overlays, died.peer())) {
        falseDeaths++;
      } else if (died.peer().equals(victim)) {
        givenUpAfter.add(sinceKill(overlays));
      }
    }
  }

  private double sinceKill(Overlays overlays) {
    return (overlays.world().elapsedNanos() - killedNanos) / 1e9;
  }

  private static boolean isDead(Overlays overlays, PeerId peer) {
    return overlays.ground().find(peer).map(node -> !node.isRunning()).orElse(true);
  }

  private void print(int falseInAnHour) {
    List<Double> suspected = suspectedAfter.stream().sorted().toList();
    List<Double> givenUp = givenUpAfter.stream().sorted().toList();
    if (json) {
      out.println(new JsonObject()
          .put("scenario", "detection")
          .put("nodes", nodes)
          .put("seed", seed)
          .put("heartbeatSeconds", heartbeat.toMillis() / 1e3)
          .put("falseDeathsInAnHour", falseInAnHour)
          .put("falseDeaths", falseDeaths)
          .put("suspicionsOfTheLiving", suspicions)
          .put("suspected", suspected.size())
          .put("suspectedMedianSeconds", median(suspected))
          .put("suspectedLongestSeconds", longest(suspected))
          .put("givenUp", givenUp.size())
          .put("givenUpMedianSeconds", median(givenUp))
          .put("givenUpLongestSeconds", longest(givenUp))
          .toString());
    } else {
      out.printf(
          Locale.ROOT,
          "heartbeat %.0f s, %d nodes, an hour with %.0f %% loss: %d declared dead that lived (%d suspected); "
              + "of machines that lost power neighbours suspected %d after %.1f s (median; at most %.1f s), "
              + "gave up %d after %.1f s (%.1f s)%n",
          heartbeat.toMillis() / 1e3,
          nodes,
          100 * LOSS,
          falseDeaths,
          suspicions,
          suspected.size(),
          median(suspected),
          longest(suspected),
          givenUp.size(),
          median(givenUp),
          longest(givenUp));
    }
    out.flush();
  }

  private static double median(List<Double> sorted) {
    return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
  }

  private static double longest(List<Double> sorted) {
    return sorted.isEmpty() ? Double.NaN : sorted.getLast();
  }
}
