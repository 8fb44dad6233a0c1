package org.openagi.p2p.simulator.node;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.Messenger;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RememberedDelivery;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.messaging.journal.JournalDamagedException;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.messaging.router.CorrelatedHandler;
import org.openagi.p2p.messaging.router.HandlerTable;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.simulator.net.Fabric;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * A node in the simulator: its key and its disk last, its process comes and goes. What an application registers here lasts too,
 * as the program of the application would: it is there again when the node is started again.
 *
 * <p>Handlers run on the thread of the simulation, at a moment of virtual time. They must not block: not wait for a future of
 * this node or another, and not sleep.
 */
public final class SimulatedNode implements Messenger {
  private static final String KEY_PARTY = "key of ";
  private static final int MAX_FORMER_NEIGHBOURS = 16;

  private final NodeGround ground;
  private final Machine machine;
  private final HostKey hostKey;
  private final PeerId peerId;
  private @Nullable Bytes prekeys;
  private final HandlerTable handlers = new HandlerTable();
  private final Map<MessageType, RequestHandler> requestHandlers = new EnumMap<>(MessageType.class);
  private SimDisk disk;
  private long bootId = 1;
  private int incarnation;
  private final Map<Integer, Long> rememberedNanos = new HashMap<>();
  private @Nullable NodeProcess process;
  private NodeType type = NodeType.FULL;
  private Set<Offence> offences = Set.of();
  private final ArrayDeque<Integer> formerNeighbours = new ArrayDeque<>();

  SimulatedNode(NodeGround ground, Machine machine) {
    this.ground = ground;
    this.machine = machine;
    byte[] seed = new byte[HostKey.SEED_BYTES];
    ground.world().randomOf(KEY_PARTY + machine.index()).nextBytes(seed);
    this.hostKey = HostKey.fromSeed(Bytes.wrap(seed));
    this.peerId = hostKey.peerId();
    this.disk = newDisk();
    handlers.setForAnswers(
        new Correlated((sender, answer) -> running().requests().onAnswer(sender, answer)));
  }

  private SimDisk newDisk() {
    return new SimDisk(ground.world().randomOf("disk of " + machine.index()));
  }

  private record Correlated(Taker taker) implements CorrelatedHandler {
    interface Taker {
      void take(PeerId sender, NetworkMessage message);
    }

    @Override
    public void onMessage(PeerId sender, NetworkMessage message) {
      taker.take(sender, message);
    }

    @Override
    public boolean isQuick() {
      return false;
    }
  }

  // ---- life ----

  /** Starts its process; nothing happens if it runs. */
  public void start() {
    if (process != null) return;
    incarnation++;
    trace("starts");
    try {
      process = new NodeProcess(this);
    } catch (JournalDamagedException e) {
      kill();
      ground.onDamaged(this, String.valueOf(e.getMessage()));
    } catch (IOException | SimDisk.CrashException e) {
      trace("can't start: " + e.getMessage());
      onMachineStopped();
    }
  }

  /** Kills its process as {@code kill -9} does: the operating system lives on, resets connections and keeps what was written. */
  public void kill() {
    if (machine.process() == null) return;
    trace("is killed");
    end(false);
    ground.fabric().kill(machine, false);
  }

  /** Takes its power: nobody is told, and the disk keeps what was forced, and of the rest what chance likes. */
  public void losePower() {
    trace("loses power");
    end(true);
    ground.fabric().kill(machine, true);
    disk = disk.afterCrash();
    bootId++;
  }

  private void end(boolean powerFails) {
    NodeProcess on = process;
    if (on != null) rememberedNanos.put(incarnation, on.rememberedNanos(powerFails));
    process = null;
  }

  /**
   * Whether its process of now may have no memory of a message that a handler took.
   *
   * @param inIncarnation the process whose handler it was
   * @param nanos when it returned, since the beginning of the world
   */
  public boolean mayHaveForgotten(int inIncarnation, long nanos) {
    return inIncarnation != incarnation && nanos >= rememberedNanos.getOrDefault(inIncarnation, 0L);
  }

  /** Lets its disk fail at the n-th operation from here on, or work again. */
  public void failDisk(long operation, SimDisk.Fault fault) {
    disk.failAt(operation, fault, false);
  }

  /** Whether its process runs. */
  public boolean isRunning() {
    return process != null;
  }

  /** How often it was started. */
  public int incarnation() {
    return incarnation;
  }

  /** Says what it is for; before its start. */
  public void setType(NodeType value) {
    type = value;
  }

  /** What it is for. */
  public NodeType type() {
    return type;
  }

  /** Lets it break rules from its next start on; none for one that keeps them. */
  public void setOffences(Set<Offence> value) {
    offences = Set.copyOf(value);
  }

  Set<Offence> offences() {
    return offences;
  }

  /** Whether it breaks rules. */
  public boolean isByzantine() {
    return !offences.isEmpty();
  }

  /** The overlay of its process; empty if none runs. */
  public Optional<OverlayNode> overlay() {
    NodeProcess on = process;
    OverlayRunner runner = on == null ? null : on.overlay();
    return runner == null ? Optional.empty() : Optional.of(runner.overlay());
  }

  /** Uses what carries parcels, if the process has it. */
  public void withCourier(Consumer<Courier> use) {
    NodeProcess on = process;
    OverlayRunner runner = on == null ? null : on.overlay();
    if (runner != null) runner.run(() -> use.accept(runner.overlay().relay()));
  }

  /** Sends a message to everyone. Returns its number, 0 if it was refused. */
  public long broadcast(Bytes payload) {
    OverlayRunner runner = running().overlay();
    if (runner == null) throw new IllegalStateException(this + " has no overlay");
    long[] number = new long[1];
    runner.run(() -> number[0] =
        runner.overlay().broadcast().broadcast(payload, machine.clock().nanoTime()));
    return number[0];
  }

  /** The machine it runs on. */
  public Machine machine() {
    return machine;
  }

  /** Who it is. */
  public PeerId peerId() {
    return peerId;
  }

  @Override
  public String nodeId() {
    return machine.toString();
  }

  /** Its number, from 0. */
  public int index() {
    return machine.index();
  }

  /** Bytes that its journal takes. */
  public long journalBytes() {
    return process == null ? 0 : process.journalBytes();
  }

  /** Open connections. */
  public int connections() {
    return process == null ? 0 : process.connectionCount();
  }

  /** Messages that wait in its outboxes. */
  public int waitingMessages() {
    return process == null ? 0 : process.messages().quota().messages();
  }

  @Override
  public String toString() {
    return machine.toString();
  }

  // ---- messages ----

  @Override
  public CompletableFuture<Boolean> sendMessage(NetworkMessage message, String recipient) {
    return submit(message.withRecipient(recipient)).acknowledged();
  }

  @Override
  public Delivery submit(NetworkMessage message, DeliveryOptions options) {
    NodeProcess on = running();
    SimulatedNode to = ground.shared().find(message.recipientId());
    if (to == null) return unknown(message, options);
    return on.messages().submit(to.peerId, message, options);
  }

  private static OutboxEntry unknown(NetworkMessage message, DeliveryOptions options) {
    OutboxEntry entry = new OutboxEntry(
        message, new LaneNumbering(0, message.messageType().lane()), 0, options.listener());
    return entry.refused(new Outcome.Refused(
        RefusalReason.UNKNOWN_PEER, "nobody goes by '" + message.recipientId() + "'"));
  }

  @Override
  public Optional<Delivery> delivery(String messageId) {
    return running().store().find(messageId).map(RememberedDelivery::new);
  }

  @Override
  public CompletableFuture<NetworkMessage> request(
      NetworkMessage message, DeliveryOptions options, Duration timeout) {
    NodeProcess on = running();
    SimulatedNode to = ground.shared().find(message.recipientId());
    if (to == null) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("nobody goes by '" + message.recipientId() + "'"));
    }
    return on.requests().ask(to.peerId, message, options, timeout);
  }

  @Override
  public void registerMessageHandler(MessageType type, MessageHandler handler) {
    handlers.add(type, handler);
  }

  @Override
  public void removeMessageHandler(MessageHandler handler) {
    handlers.remove(handler);
  }

  @Override
  public void registerRequestHandler(MessageType type, RequestHandler handler) {
    requestHandlers.put(type, handler);
    handlers.setForRequests(
        type,
        new Correlated((sender, request) -> running().requests().serve(handler, sender, request)));
  }

  @Override
  public void removeRequestHandler(MessageType type) {
    requestHandlers.remove(type);
    handlers.setForRequests(type, null);
  }

  private NodeProcess running() {
    NodeProcess on = process;
    if (on == null) throw new IllegalStateException(this + " does not run");
    return on;
  }

  // ---- for the process ----

  VirtualWorld world() {
    return ground.world();
  }

  Fabric fabric() {
    return ground.fabric();
  }

  Shared shared() {
    return ground.shared();
  }

  Ports ports() {
    return ground.ports();
  }

  MessageConfig config() {
    return ground.config();
  }

  HandlerTable handlers() {
    return handlers;
  }

  SimDisk disk() {
    return disk;
  }

  long bootId() {
    return bootId;
  }

  RandomGenerator newRandom() {
    return world().randomOf("process " + incarnation + " of " + machine.index());
  }

  HostKey hostKey() {
    return hostKey;
  }

  /** The keys of parcels that the process before stored, or none. */
  Prekeys prekeys(SecureRandom secrets) {
    Bytes stored = prekeys;
    if (stored == null) return new Prekeys(secrets);
    try {
      return Prekeys.decode(stored, secrets);
    } catch (ProtocolViolationException e) {
      throw new IllegalStateException("keys of " + this + " can't be read", e);
    }
  }

  void storePrekeys(Bytes encoded) {
    prekeys = encoded;
  }

  /** What is a secret in the simulation: chance from the seed as well. */
  SecureRandom newSecrets() {
    return new SeededSecrets(world().randomOf("secrets " + incarnation + " of " + machine.index()));
  }

  PeerId peerOn(Machine other) {
    return ground.nodes().get(other.index()).peerId;
  }

  @Nullable
  Machine machineOf(PeerId peer) {
    SimulatedNode found = ground.shared().find(peer);
    return found == null ? null : found.machine;
  }

  boolean hasOverlay() {
    return ground.overlays().isPresent();
  }

  /** How its overlay is set up. */
  public OverlayConfig overlayConfig() {
    return ground.overlays().orElseThrow().apply(this);
  }

  boolean encodesFrames() {
    return ground.encodesFrames();
  }

  Watch watch() {
    return ground.watch();
  }

  NodeType typeOf(Machine other) {
    return ground.nodes().get(other.index()).type;
  }

  void rememberNeighbour(Machine other) {
    formerNeighbours.remove(other.index());
    formerNeighbours.addFirst(other.index());
    if (formerNeighbours.size() > MAX_FORMER_NEIGHBOURS) formerNeighbours.removeLast();
  }

  /** Those it was linked to last. */
  List<SimulatedNode> formerNeighbours(int most) {
    return formerNeighbours.stream().limit(most).map(ground.nodes()::get).toList();
  }

  /** Somebody whom discovery could find now, null if there is nobody. */
  @Nullable
  SimulatedNode anyOther(RandomGenerator random) {
    return ground.anyRunning(this, random);
  }

  void trace(String what, PeerId other) {
    SimulatedNode found = ground.shared().find(other);
    ground.trace().add(index(), what, found == null ? -1 : found.index(), 0);
  }

  void trace(String what) {
    ground.trace().add(index(), what);
  }

  void trace(String what, Machine other, long number) {
    ground.trace().add(index(), what, other.index(), number);
  }

  void onViolation(PeerId peer, ProtocolViolationException cause) {
    ground.onViolation(this, peer, cause);
  }

  /** The disk failed: somebody replaces it and starts the machine anew. */
  void onDiskFailed() {
    ground.onDown(this);
  }

  void onMachineStopped() {
    losePower();
    ground.onDown(this);
  }

  /** All nodes that this one can name. */
  public List<SimulatedNode> others() {
    return ground.nodes().stream().filter(each -> each != this).toList();
  }
}
