package org.openagi.p2p.simulator.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.testkit.VirtualWorld;

/** What all nodes of a simulation stand on. One thread. */
public final class NodeGround implements AutoCloseable {
  private static final int MAX_TRIES = 16;

  private final VirtualWorld world;
  private final Fabric fabric;
  private final Trace trace;
  private final Ports ports;
  private final MessageConfig config;
  private final Shared shared = new Shared();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private Optional<Function<SimulatedNode, OverlayConfig>> overlays = Optional.empty();
  private boolean encodesFrames = true;
  private Watch watch = Watch.NOTHING;
  private Consumer<SimulatedNode> downListener = node -> {};
  private BiConsumer<SimulatedNode, String> damageListener = (node, what) -> {};
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

  /** Gives every node an overlay, set up as this says. Before the first starts. */
  public void setOverlays(Function<SimulatedNode, OverlayConfig> configs) {
    overlays = Optional.of(configs);
  }

  /**
   * Sets whether frames of the overlay are read from bytes again where they arrive. Without it a network of thousands needs
   * half the time and shares what is equal.
   */
  public void setEncodesFrames(boolean value) {
    encodesFrames = value;
  }

  /** Sets who sees what happens. */
  public void setWatch(Watch value) {
    watch = value;
  }

  Optional<Function<SimulatedNode, OverlayConfig>> overlays() {
    return overlays;
  }

  boolean encodesFrames() {
    return encodesFrames;
  }

  Watch watch() {
    return watch;
  }

  /** A node that runs, by chance; null if it did not find one. */
  @Nullable
  SimulatedNode anyRunning(SimulatedNode asking, RandomGenerator random) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      SimulatedNode each = nodes.get(random.nextInt(nodes.size()));
      if (each != asking && each.isRunning()) return each;
    }
    return null;
  }

  /** The node with an id, empty if there is none. */
  public Optional<SimulatedNode> find(PeerId peer) {
    return Optional.ofNullable(shared.find(peer));
  }

  /** Whether a node signed a text, whatever is put between the parts of nodes. */
  public boolean isSigned(PeerId signer, Bytes text, Bytes signature) {
    return shared.crypto().verify(signer, text, signature);
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

  /** Sets who is told when the journal of a node holds what no crash can have left there. */
  public void onDamaged(BiConsumer<SimulatedNode, String> listener) {
    damageListener = listener;
  }

  void onDamaged(SimulatedNode node, String what) {
    damageListener.accept(node, what);
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
