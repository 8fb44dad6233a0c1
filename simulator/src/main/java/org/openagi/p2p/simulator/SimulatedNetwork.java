package org.openagi.p2p.simulator;

import java.time.Duration;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.fault.FaultPlan;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.node.MessageConfig;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.Ports;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Trace;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * A network for tests of an application: nodes that it talks to as to real ones, time that passes when the test says so, and
 * faults on demand. The same seed does the same. One thread.
 *
 * <pre>{@code
 * try (SimulatedNetwork network = new SimulatedNetwork(3, 42)) {
 *   network.node(1).registerMessageHandler(message -> seen.add(message.text()));
 *   network.start();
 *   network.node(0).submit(NetworkMessage.text("n1", "hello"));
 *   network.run(Duration.ofSeconds(1));
 * }
 * }</pre>
 */
public final class SimulatedNetwork implements AutoCloseable {
  private static final long BYTES_PER_SECOND = 12_500_000;
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);
  private static final Duration START = Duration.ofSeconds(5);

  private final VirtualWorld world;
  private final Fabric fabric;
  private final Trace trace;
  private final NodeGround ground;

  /** A network of nodes called {@code n0}, {@code n1} and so on, none of which runs yet. */
  public SimulatedNetwork(int nodes, long seed) {
    this(nodes, seed, MessageConfig.defaults());
  }

  /** The same with another set-up of the message layers. */
  public SimulatedNetwork(int nodes, long seed, MessageConfig messages) {
    world = new VirtualWorld(seed);
    fabric = new Fabric(world, BYTES_PER_SECOND);
    trace = new Trace(world, null);
    ground = new NodeGround(world, fabric, trace, Ports.NONE, messages);
    ground.setOverlays(node -> OverlayConfig.of(node.nodeId(), node.type(), HEARTBEAT));
    for (int i = 0; i < nodes; i++) ground.addNode();
  }

  /** A node by its number. */
  public SimulatedNode node(int index) {
    return ground.nodes().get(index);
  }

  /** All nodes. */
  public List<SimulatedNode> nodes() {
    return ground.nodes();
  }

  /** Starts all nodes that do not run, and gives them some seconds to find each other. */
  public void start() {
    ground.nodes().forEach(SimulatedNode::start);
    run(START);
  }

  /** Lets time pass. */
  public void run(Duration time) {
    world.runFor(time.toNanos());
  }

  /** How much time has passed. */
  public Duration elapsed() {
    return Duration.ofNanos(world.elapsedNanos());
  }

  /** Lets things go wrong by chance from now on, for a time that {@link #run} has yet to let pass; then all is repaired. */
  public void trouble(Set<FaultKind> kinds, Duration time) {
    new FaultPlan(ground, kinds.isEmpty() ? EnumSet.noneOf(FaultKind.class) : kinds)
        .start(world.elapsedNanos() + time.toNanos());
  }

  /** Parts some nodes from all others until the partition is given to {@link Fabric#heal}. */
  public Fabric.Partition part(int... nodes) {
    BitSet side = new BitSet();
    for (int each : nodes) side.set(each);
    return fabric.part(side);
  }

  /** The network itself: cuts, delays, losses. */
  public Fabric fabric() {
    return fabric;
  }

  /** Equal for two runs that did the same. */
  public long traceHash() {
    return world.traceHash();
  }

  /** What happened last to all nodes, the oldest first. */
  public List<String> lastEvents(int lines) {
    BitSet all = new BitSet();
    all.set(0, ground.nodes().size());
    return trace.last(lines, all);
  }

  @Override
  public void close() {
    ground.close();
  }
}
