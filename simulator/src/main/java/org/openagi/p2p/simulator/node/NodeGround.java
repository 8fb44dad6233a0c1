package org.openagi.p2p.simulator.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.testkit.VirtualWorld;

/** What all nodes of a simulation stand on. One thread. */
public final class NodeGround implements AutoCloseable {
  private final VirtualWorld world;
  private final Fabric fabric;
  private final Trace trace;
  private final Ports ports;
  private final MessageConfig config;
  private final Shared shared = new Shared();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private Consumer<SimulatedNode> downListener = node -> {};
  private ViolationListener violationListener = (node, peer, cause) -> {};

  /** Told when a node finds that another breaks a rule. */
  public interface ViolationListener {
    /** A rule was broken. */
    void onViolation(SimulatedNode finder, PeerId culprit, ProtocolViolationException cause);
  }

  /** A ground without nodes. */
  public NodeGround(
      VirtualWorld world, Fabric fabric, Trace trace, Ports ports, MessageConfig config) {
    this.world = world;
    this.fabric = fabric;
    this.trace = trace;
    this.ports = ports;
    this.config = config;
  }

  /** Adds a node on a machine of its own; it does not run yet. */
  public SimulatedNode addNode() {
    SimulatedNode made = new SimulatedNode(this, fabric.addMachine());
    nodes.add(made);
    shared.add(made);
    return made;
  }

  /** All nodes, by index. */
  public List<SimulatedNode> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** Sets who is told when a node can't go on by itself. */
  public void onDown(Consumer<SimulatedNode> listener) {
    downListener = listener;
  }

  /** Sets who is told of broken rules. */
  public void onViolation(ViolationListener listener) {
    violationListener = listener;
  }

  /** Time and chance. */
  public VirtualWorld world() {
    return world;
  }

  /** The network. */
  public Fabric fabric() {
    return fabric;
  }

  /** What happened. */
  public Trace trace() {
    return trace;
  }

  Ports ports() {
    return ports;
  }

  MessageConfig config() {
    return config;
  }

  Shared shared() {
    return shared;
  }

  void onDown(SimulatedNode node) {
    downListener.accept(node);
  }

  void onViolation(SimulatedNode finder, PeerId culprit, ProtocolViolationException cause) {
    violationListener.onViolation(finder, culprit, cause);
  }

  @Override
  public void close() {
    shared.close();
  }
}
