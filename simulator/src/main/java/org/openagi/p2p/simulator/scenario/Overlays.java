package org.openagi.p2p.simulator.scenario;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.simulator.node.MessageConfig;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.Ports;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Trace;
import org.openagi.p2p.simulator.node.Watch;
import org.openagi.p2p.testkit.VirtualWorld;

/** A network of overlays without faults of its own, and what can be measured of it. */
final class Overlays implements Watch, AutoCloseable {
  static final long SECOND = 1_000_000_000L;

  /** From so many nodes on each knows the adverts of its surroundings only. */
  static final int LARGE = 1000;

  /** Adverts that a node of a large network keeps. */
  static final int ADVERTS_OF_LARGE = 32;

  private static final Duration QUIET = Duration.ofMinutes(30);
  private static final long BYTES_PER_SECOND = 12_500_000;

  private final VirtualWorld world;
  private final NodeGround ground;
  private final RandomGenerator random;
  private final BitSet reached = new BitSet();
  private long[] reachedNanos = new long[0];
  private long broadcastNanos;
  private long broadcast;
  private PeerId origin;
  private int maxHops;
  private long repeated;
  private final long[] bytesByType = new long[256];
  private final long[] framesByType = new long[256];

  Overlays(int nodes, long seed, Duration heartbeat) {
    world = new VirtualWorld(seed);
    Fabric fabric = new Fabric(world, BYTES_PER_SECOND);
    ground = new NodeGround(
        world,
        fabric,
        new Trace(world, null),
        Ports.NONE,
        MessageConfig.defaults().withDurable(false));
    random = world.randomOf("scenario");
    ground.setOverlays(node -> configOf(node, nodes, heartbeat));
    ground.setEncodesFrames(false);
    ground.setWatch(this);
    for (int i = 0; i < nodes; i++) ground.addNode();
    origin = ground.nodes().getFirst().peerId();
  }

  private static OverlayConfig configOf(SimulatedNode node, int nodes, Duration heartbeat) {
    OverlayConfig config = OverlayConfig.of(node.nodeId(), node.type(), heartbeat);
    if (nodes < LARGE) return config;
    return new OverlayConfig(
        config.health(),
        config.membership(),
        config.broadcast(),
        quiet(config.linkState()),
        config.relay(),
        config.reputation());
  }

  /** Routes are not what a large network is to show: each node knows few adverts and seldom has news. */
  private static LinkStateConfig quiet(LinkStateConfig config) {
    return new LinkStateConfig(
        config.name(),
        config.nodeType(),
        config.relays(),
        config.keepsMail(),
        ADVERTS_OF_LARGE,
        config.maxUnchecked(),
        config.refreshBytesPerSecond(),
        QUIET,
        config.maxRefresh(),
        QUIET,
        1,
        QUIET,
        config.clockTolerance());
  }

  VirtualWorld world() {
    return world;
  }

  NodeGround ground() {
    return ground;
  }

  RandomGenerator random() {
    return random;
  }

  /** Starts all nodes, one after the other within a time. */
  void startWithin(Duration time) {
    List<SimulatedNode> nodes = ground.nodes();
    long pause = time.toNanos() / nodes.size();
    for (SimulatedNode node : nodes) world.after(node.index() * pause, node::start);
    world.runFor(time.toNanos());
  }

  List<SimulatedNode> running() {
    return ground.nodes().stream().filter(SimulatedNode::isRunning).toList();
  }

  /** How many running nodes are in the largest component. */
  int largestComponent() {
    BitSet seen = new BitSet();
    int largest = 0;
    for (SimulatedNode node : running()) {
      if (!seen.get(node.index())) largest = Math.max(largest, visit(node, seen));
    }
    return largest;
  }

  private int visit(SimulatedNode start, BitSet seen) {
    int count = 0;
    ArrayDeque<SimulatedNode> open = new ArrayDeque<>(List.of(start));
    seen.set(start.index());
    while (!open.isEmpty()) {
      SimulatedNode at = open.removeFirst();
      count++;
      at.overlay().ifPresent(overlay -> {
        for (PeerId each : overlay.neighbours()) {
          ground.find(each).filter(SimulatedNode::isRunning).ifPresent(next -> {
            if (seen.get(next.index())) return;
            seen.set(next.index());
            open.addLast(next);
          });
        }
      });
    }
    return count;
  }

  double meanDegree() {
    return running().stream()
        .mapToInt(node -> node.overlay().map(o -> o.neighbours().size()).orElse(0))
        .average()
        .orElse(0);
  }

  /** Bytes that left machines which run now. */
  long sentBytes() {
    long sum = 0;
    for (SimulatedNode node : running()) sum += node.machine().sentBytes();
    return sum;
  }

  /** Segments that left machines which run now. */
  long sentSegments() {
    long sum = 0;
    for (SimulatedNode node : running()) sum += node.machine().sentSegments();
    return sum;
  }

  long totalBytes() {
    return ground.fabric().machines().stream().mapToLong(Machine::sentBytes).sum();
  }

  /** A running node tells everyone something of so many bytes. */
  void broadcast(int bytes) {
    List<SimulatedNode> nodes = running();
    SimulatedNode from = nodes.get(random.nextInt(nodes.size()));
    reached.clear();
    reachedNanos = new long[ground.nodes().size()];
    broadcastNanos = world.elapsedNanos();
    origin = from.peerId();
    maxHops = 0;
    reached.set(from.index());
    broadcast = from.broadcast(Bytes.wrap(new byte[bytes]));
  }

  @Override
  public void onSent(SimulatedNode from, PeerId to, OverlayFrame frame, int bodyBytes) {
    bytesByType[frame.type() & 0xff] += bodyBytes;
    framesByType[frame.type() & 0xff]++;
  }

  /** What was sent so far, by type of frame: type, frames, bytes of their bodies. */
  String frames() {
    StringBuilder text = new StringBuilder();
    for (int type = 0; type < framesByType.length; type++) {
      if (framesByType[type] == 0) continue;
      text.append(String.format(
          Locale.ROOT,
          "%s0x%02x %d (%.1f MB)",
          text.isEmpty() ? "" : ", ",
          type,
          framesByType[type],
          bytesByType[type] / 1e6));
    }
    return text.toString();
  }

  @Override
  public void onBroadcast(SimulatedNode node, BroadcastMessage message, int hops) {
    if (message.number() != broadcast || !message.origin().equals(origin)) return;
    if (reached.get(node.index())) {
      repeated++;
      return;
    }
    reached.set(node.index());
    reachedNanos[node.index()] = world.elapsedNanos() - broadcastNanos;
    maxHops = Math.max(maxHops, hops);
  }

  /** Running nodes that the last message to everyone did not reach. */
  int missed() {
    int missed = 0;
    for (SimulatedNode node : running()) if (!reached.get(node.index())) missed++;
    return missed;
  }

  /** After how many milliseconds a part of the running nodes had the last message to everyone. */
  double millisUntil(double part) {
    long[] times =
        running().stream().mapToLong(n -> reachedNanos[n.index()]).sorted().toArray();
    int index = (int) Math.min(times.length - 1, Math.ceil(part * times.length) - 1);
    return times[Math.max(0, index)] / 1e6;
  }

  int maxHops() {
    return maxHops;
  }

  long repeated() {
    return repeated;
  }

  @Override
  public void close() {
    ground.close();
  }
}
