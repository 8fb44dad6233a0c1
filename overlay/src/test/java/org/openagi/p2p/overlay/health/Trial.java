package org.openagi.p2p.overlay.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.openagi.p2p.overlay.health.HealthNet.Carrier;
import org.openagi.p2p.overlay.health.HealthNet.Node;

/** An hour of ten nodes in one kind of weather, then three of them die: what a rule of suspicion makes of it. */
final class Trial {
  /** What the hour is like. */
  enum Weather {
    CALM("no loss"),
    LOSS("5 % loss, stream"),
    LOSS_DATAGRAMS("5 % loss, datagrams"),
    BURSTS("5 % loss, bursts of 1 s with 60 %"),
    PAUSES("every machine pauses up to 5 s a minute"),
    SLOW_PEER("one peer 800 ms late");

    final String words;

    Weather(String words) {
      this.words = words;
    }
  }

  private static final int NODES = 10;
  private static final int VICTIMS = 3;

  private final HealthNet net;
  private final Map<Integer, Long> pauseEnds = new HashMap<>();
  private final List<Long> suspectedAfter = new ArrayList<>();
  private final List<Long> diedAfter = new ArrayList<>();
  private long falseSuspicions;
  private long suspectedInPause;
  private long falseDeaths;
  private long frames;
  private final Duration length;

  Trial(
      long seed,
      Weather weather,
      Duration interval,
      Duration length,
      Function<HealthConfig, Suspicion> rule) {
    this.length = length;
    HealthConfig config = HealthConfig.of(interval);
    net = new HealthNet(seed, NODES, config, (c, rtt) -> rule.apply(c));
    net.observer = this::onEvent;
    if (weather == Weather.LOSS_DATAGRAMS) net.carrier = Carrier.DATAGRAMS;
    if (weather != Weather.CALM && weather != Weather.PAUSES && weather != Weather.SLOW_PEER) {
      net.loss = 0.05;
    }
    if (weather == Weather.BURSTS) net.burstLoss = 0.6;
    if (weather == Weather.SLOW_PEER) net.node(0).slowNanos = 400 * HealthNet.MS;
    if (weather == Weather.PAUSES) net.nodes.values().forEach(this::pauseNowAndThen);
  }

  Trial run() {
    net.mesh();
    net.run(length);
    frames = net.nodes.values().stream().mapToLong(node -> node.framesSent).sum();
    for (int i = 0; i < VICTIMS; i++) {
      net.kill(net.node(NODES - 1 - i));
      net.run(Duration.ofMinutes(2));
    }
    return this;
  }

  private void pauseNowAndThen(Node node) {
    long pause = 40 * HealthNet.SECOND + net.random.nextLong(40 * HealthNet.SECOND);
    net.at(net.now + pause, () -> {
      long nanos = 200 * HealthNet.MS + net.random.nextLong(5 * HealthNet.SECOND);
      node.pause(Duration.ofNanos(nanos));
      pauseEnds.put(node.index, net.now + nanos);
      pauseNowAndThen(node);
    });
  }

  private void onEvent(HealthNet same, Node by, HealthEvent event) {
    switch (event) {
      case HealthEvent.Suspected suspected -> {
        Node about = net.nodes.get(suspected.peer());
        if (about.dead) suspectedAfter.add(net.now - about.diedAt);
        else if (net.now < pauseEnds.getOrDefault(about.index, Long.MIN_VALUE) + HealthNet.SECOND) {
          suspectedInPause++;
        } else {
          falseSuspicions++;
        }
      }
      case HealthEvent.Died died -> {
        Node about = net.nodes.get(died.peer());
        if (about.dead) {
          diedAfter.add(net.now - about.diedAt);
          return;
        }
        falseDeaths++;
        net.at(net.now + HealthNet.SECOND, () -> {
          net.connect(by, about);
          net.connect(about, by);
        });
      }
      default -> {}
    }
  }

  long falseSuspicions() {
    return falseSuspicions;
  }

  long falseDeaths() {
    return falseDeaths;
  }

  int detected() {
    return diedAfter.size();
  }

  int expected() {
    return (NODES - 1) + (NODES - 2) + (NODES - 3);
  }

  double suspectedSeconds(int percent) {
    return seconds(suspectedAfter, percent);
  }

  double diedSeconds(int percent) {
    return seconds(diedAfter, percent);
  }

  private static double seconds(List<Long> nanos, int percent) {
    if (nanos.isEmpty()) return Double.NaN;
    List<Long> sorted = HealthNet.sorted(nanos);
    return sorted.get(Math.max(0, (int) Math.ceil(percent / 100.0 * sorted.size()) - 1)) / 1e9;
  }

  /** Frames for each link, both directions together, and minute. */
  double framesPerMinute() {
    return frames / (NODES * (NODES - 1) / 2.0) / (length.toSeconds() / 60.0);
  }

  String row(String rule, Weather weather, Duration interval) {
    return String.format(
        Locale.ROOT,
        "| %d s | %s | %s | %d | %d | %d | %.1f / %.1f | %.1f / %.1f | %d of %d | %.1f |",
        interval.toSeconds(),
        weather.words,
        rule,
        falseSuspicions,
        suspectedInPause,
        falseDeaths,
        suspectedSeconds(50),
        suspectedSeconds(100),
        diedSeconds(50),
        diedSeconds(100),
        detected(),
        expected(),
        framesPerMinute());
  }
}
