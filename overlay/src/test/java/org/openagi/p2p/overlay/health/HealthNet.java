package org.openagi.p2p.overlay.health;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;

/**
 * A few {@link Health} machines in virtual time, on links that lose, delay and hold back what a reliable stream would, and
 * machines that pause, are slow, or die. Deterministic by its seed.
 */
final class HealthNet {
  static final long MS = 1_000_000L;
  static final long SECOND = 1000 * MS;
  private static final long ORIGIN = -5 * SECOND;
  private static final long RTO = 200 * MS;

  /** How a link carries frames. */
  enum Carrier {
    /** Lost frames are lost, the others may overtake each other. */
    DATAGRAMS,
    /** Lost frames are sent again after 200 ms, 400 ms, …; those behind them wait. */
    STREAM
  }

  private record Event(long at, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private record Direction(int from, int to) {}

  /** From when to when nothing passes. */
  private record Cut(Direction direction, long start, long end) {}

  /** Times of bad and good spells of one direction. */
  private static final class Spell {
    boolean bad;
    long until = ORIGIN;
  }

  final class Node implements HealthPort {
    final int index;
    final PeerId id;
    final Health health;
    final List<HealthEvent> events = new ArrayList<>();
    final Map<PeerId, Integer> doubts = new HashMap<>();
    final Deque<Runnable> waiting = new ArrayDeque<>();
    boolean dead;
    long diedAt;
    long pausedUntil = ORIGIN;
    long slowNanos;
    long framesSent;
    private long armed = OverlayMachine.NEVER;

    Node(int index, HealthConfig config, BiFunction<HealthConfig, RttWindow, Suspicion> rule) {
      this.index = index;
      this.id = TestPeers.hashed(index);
      RandomGenerator mine = SeededRandom.of(seed, "health " + index);
      this.health = new Health(config, id, this, mine, () -> rule.apply(config, new RttWindow()));
    }

    boolean isPaused() {
      return now < pausedUntil;
    }

    /** Runs a call of the machine, at once or after the pause, and arms its timer. */
    void call(Runnable task) {
      if (dead) return;
      if (isPaused()) {
        waiting.addLast(task);
        return;
      }
      task.run();
      arm();
    }

    void pause(Duration length) {
      pausedUntil = now + length.toNanos();
      at(pausedUntil, () -> {
        if (isPaused() || dead) return;
        // The timer's turn comes first: what arrived meanwhile is read by other threads, later.
        health.onTimer(now);
        while (!waiting.isEmpty()) waiting.removeFirst().run();
        arm();
      });
    }

    private void arm() {
      long due = health.nextDeadlineNanos();
      if (due == OverlayMachine.NEVER || due >= armed) return;
      armed = due;
      at(Math.max(now, due), () -> {
        if (armed == due) armed = OverlayMachine.NEVER;
        call(() -> health.onTimer(now));
      });
    }

    <E extends HealthEvent> List<E> events(Class<E> kind) {
      return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public boolean send(PeerId to, OverlayFrame frame) {
      framesSent++;
      carry(this, nodes.get(to), frame);
      return true;
    }

    @Override
    public List<PeerId> linkedTo(PeerId peer) {
      if (!linksKnown) return List.of();
      List<PeerId> others = new ArrayList<>(nodes.keySet());
      others.remove(id);
      others.remove(peer);
      return others;
    }

    @Override
    public boolean reachable(PeerId peer) {
      return false;
    }

    @Override
    public int loadPermille() {
      return 7;
    }

    @Override
    public void doubt(PeerId peer) {
      doubts.merge(peer, 1, Integer::sum);
    }

    @Override
    public void cut(PeerId peer, String reason) {
      at(now, () -> call(() -> health.onLinkDown(peer, LinkLoss.SILENT, now)));
      Node other = nodes.get(peer);
      Direction direction = new Direction(index, other.index);
      if (isCut(direction)) return;
      at(
          now + latencyNanos,
          () -> other.call(() -> other.health.onLinkDown(id, LinkLoss.CLOSED, now)));
    }

    @Override
    public void onEvent(HealthEvent event) {
      events.add(event);
      observer.accept(HealthNet.this, this, event);
    }
  }

  /** Hears of everything at the time it happens. */
  interface Observer {
    void accept(HealthNet net, Node node, HealthEvent event);
  }

  final Map<PeerId, Node> nodes = new LinkedHashMap<>();
  final RandomGenerator random;
  private final long seed;
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final List<Cut> cuts = new ArrayList<>();
  private final Map<Direction, Spell> spells = new HashMap<>();
  private final Map<Direction, Long> arrivals = new HashMap<>();
  private long order;
  long now = ORIGIN;
  Carrier carrier = Carrier.STREAM;
  long latencyNanos = 10 * MS;
  double loss;
  double burstLoss;
  boolean linksKnown = true;
  Observer observer = (net, node, event) -> {};

  HealthNet(long seed, int count, HealthConfig config) {
    this(seed, count, config, (c, rtt) -> new WitnessSuspicion(c));
  }

  HealthNet(
      long seed,
      int count,
      HealthConfig config,
      BiFunction<HealthConfig, RttWindow, Suspicion> rule) {
    this.seed = seed;
    this.random = SeededRandom.of(seed);
    for (int i = 0; i < count; i++) {
      Node node = new Node(i, config, rule);
      nodes.put(node.id, node);
    }
  }

  static OverlayLink link(PeerId peer) {
    return new OverlayLink(peer, true, Optional.empty(), NodeType.FULL);
  }

  Node node(int index) {
    return List.copyOf(nodes.values()).get(index);
  }

  /** Links everybody to everybody. */
  HealthNet mesh() {
    for (Node a : nodes.values()) for (Node b : nodes.values()) if (a != b) connect(a, b);
    return this;
  }

  void connect(Node a, Node b) {
    arrivals.remove(new Direction(a.index, b.index)); // a new stream waits for nothing old
    a.call(() -> a.health.onLinkUp(link(b.id), now));
  }

  void kill(Node node) {
    node.dead = true;
    node.diedAt = now;
  }

  /** Nothing passes from one to the other for so long. */
  void cut(Node from, Node to, Duration length) {
    cuts.add(new Cut(new Direction(from.index, to.index), now, now + length.toNanos()));
  }

  void at(long time, Runnable task) {
    queue.add(new Event(time, order++, task));
  }

  void every(Duration period, Runnable task) {
    at(now + period.toNanos(), () -> {
      task.run();
      every(period, task);
    });
  }

  void run(Duration length) {
    long end = now + length.toNanos();
    while (!queue.isEmpty() && queue.peek().at <= end) {
      Event event = queue.remove();
      now = Math.max(now, event.at);
      event.task.run();
    }
    now = end;
  }

  private boolean isCut(Direction direction) {
    for (Cut each : cuts) {
      if (each.direction.equals(direction) && now >= each.start && now < each.end) return true;
    }
    return false;
  }

  private void carry(Node from, Node to, OverlayFrame frame) {
    Direction direction = new Direction(from.index, to.index);
    double jitter = Math.exp(random.nextGaussian() * 0.2);
    long delay = (long) (latencyNanos * jitter) + from.slowNanos + to.slowNanos;
    long departure = now;
    long rto = RTO;
    while (isLost(direction, departure)) {
      if (carrier == Carrier.DATAGRAMS || departure - now > 600 * SECOND) return;
      departure += rto;
      rto *= 2;
    }
    long arrival = departure + delay;
    if (carrier == Carrier.STREAM) {
      arrival = Math.max(arrival, arrivals.getOrDefault(direction, arrival));
      arrivals.put(direction, arrival);
    }
    byte[] bytes = frame.encode();
    at(arrival, () -> to.call(() -> deliver(from, to, bytes)));
  }

  private boolean isLost(Direction direction, long at) {
    for (Cut each : cuts) {
      if (each.direction.equals(direction) && at >= each.start && at < each.end) return true;
    }
    if (random.nextDouble() < loss) return true;
    if (burstLoss == 0) return false;
    Spell spell = spells.computeIfAbsent(direction, each -> new Spell());
    while (spell.until <= at) {
      spell.bad = !spell.bad;
      double mean = spell.bad ? 1.0 * SECOND : 60.0 * SECOND;
      spell.until += (long) (mean * random.nextExponential());
    }
    return spell.bad && random.nextDouble() < burstLoss;
  }

  private void deliver(Node from, Node to, byte[] bytes) {
    try {
      HealthFrame frame = HealthFrame.read(bytes[0], new WireReader(bytes, 2, bytes.length));
      to.health.onFrame(from.id, frame, now);
    } catch (ProtocolViolationException e) {
      throw new AssertionError("from " + from.index + " to " + to.index + ": " + e.getMessage(), e);
    }
  }

  /** Counts of all nodes, together. */
  long count(HealthStats.Count what) {
    return nodes.values().stream()
        .mapToLong(node -> node.health.stats().count(what))
        .sum();
  }

  static List<Long> sorted(List<Long> values) {
    List<Long> copy = new ArrayList<>(values);
    Collections.sort(copy);
    return copy;
  }
}
