package org.openagi.p2p.simulator.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.journal.JournalMessageStore;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.simulator.net.Connection;
import org.openagi.p2p.simulator.net.Endpoint;
import org.openagi.p2p.simulator.net.Machine;
import org.openagi.p2p.simulator.net.MessageStream;

/** One run of a node, from its start to its death. */
final class NodeProcess implements Endpoint, Peers, NodeListener {
  private static final long SYNC_NANOS = 300_000;
  private static final int SYNC_CHANCE_NANOS = 1_500_000;
  private static final long PATIENT_NANOS = 5_000_000;

  private final SimulatedNode node;
  private final Machine machine;
  private final Tasks tasks;
  private final RandomGenerator random;
  private final Map<PeerId, List<Connection>> connections = new LinkedHashMap<>();
  private final MessageStore store;
  private final @Nullable JournalMessageStore journal;
  private final WatchedDisk disk;
  private final MessageLayer messages;
  private final Requests requests;
  private final @Nullable OverlayRunner overlay;
  private final Map<PeerId, List<Runnable>> dials = new LinkedHashMap<>();
  private long workPlannedNanos = Long.MAX_VALUE;
  private long writtenNanos;
  private long forcedNanos;

  /**
   * Starts.
   *
   * @throws IOException if the journal can't be opened
   */
  NodeProcess(SimulatedNode node) throws IOException {
    this.node = node;
    this.machine = node.machine();
    this.tasks = new Tasks(node.world(), machine, this);
    this.random = node.newRandom();
    machine.start(this);
    MessageConfig config = node.config();
    this.disk = new WatchedDisk(node.ports().disk(node.disk()));
    this.journal = config.durable() ? openJournal(config) : null;
    this.store = node.ports()
        .store(
            journal != null
                ? journal
                : new MemoryMessageStore(random, machine.clock(), DeadLetterLimits.DEFAULT));
    this.messages = new MessageLayer(
        new MessageLayer.Services(
            config,
            node.peerId(),
            node.shared().crypto(),
            machine.clock(),
            random,
            store,
            node.handlers(),
            node.shared(),
            this),
        tasks,
        this);
    this.requests = new Requests(messages);
    this.overlay = node.hasOverlay() ? new OverlayRunner(this, node, tasks, random) : null;
    if (overlay != null) {
      messages.setPost(new Post(node, messages, overlay, node.newSecrets()));
      overlay.start();
    }
    messages.resume();
  }

  @Nullable
  OverlayRunner overlay() {
    return overlay;
  }

  private JournalMessageStore openJournal(MessageConfig config) throws IOException {
    return JournalMessageStore.open(
        disk,
        JournalConfig.of(
            config.quotaBytes(),
            JournalConfig.Sync.ALWAYS,
            config.send().lifetime(),
            node.bootId()),
        random,
        machine.clock(),
        observer -> tasks.after(0, observer),
        new JournalListener() {
          @Override
          public void onFailed(String reason) {
            node.trace("the disk failed");
            tasks.after(0, node::onDiskFailed);
          }
        },
        this::onDiskWork);
  }

  private void onDiskWork() {
    JournalMessageStore of = journal;
    boolean urgent = of == null || of.hasUrgentWork();
    long delay = (urgent ? SYNC_NANOS : PATIENT_NANOS) + random.nextInt(SYNC_CHANCE_NANOS);
    long due = node.world().elapsedNanos() + delay;
    if (workPlannedNanos <= due) return;
    workPlannedNanos = due;
    tasks.after(delay, this::workDisk);
  }

  private void workDisk() {
    JournalMessageStore of = journal;
    workPlannedNanos = Long.MAX_VALUE;
    if (of == null) return;
    try {
      of.work();
    } catch (SimDisk.CrashException stopped) {
      node.onMachineStopped();
      return;
    }
    if (of.failure() == null) {
      writtenNanos = node.world().elapsedNanos();
      if (disk.isForced()) forcedNanos = writtenNanos;
    }
    if (of.hasWork()) onDiskWork();
  }

  /**
   * What handlers took before this time must be remembered by the next process, whatever the store says: all, if this one is
   * killed, since the board has it; what was written, if it ran on after its disk failed; what was forced, if the power fails.
   */
  long rememberedNanos(boolean powerFails) {
    JournalMessageStore of = journal;
    if (of == null) return 0;
    if (powerFails) return forcedNanos;
    return of.failure() == null ? Long.MAX_VALUE : writtenNanos;
  }

  Tasks tasks() {
    return tasks;
  }

  MessageLayer messages() {
    return messages;
  }

  MessageStore store() {
    return store;
  }

  Requests requests() {
    return requests;
  }

  /** Bytes that the journal takes, 0 without one. */
  long journalBytes() {
    return journal == null ? 0 : journal.bytesUsed();
  }

  int connectionCount() {
    int count = 0;
    for (List<Connection> each : connections.values()) count += each.size();
    return count;
  }

  // ---- connections ----

  private PeerId peerAt(Connection connection, int side) {
    return node.peerOn(connection.machine(side));
  }

  @Override
  public void onConnected(Connection connection, int side) {
    PeerId peer = peerAt(connection, 1 - side);
    connections.computeIfAbsent(peer, p -> new ArrayList<>(2)).add(connection);
    node.trace("connected to", connection.machine(1 - side), connection.id());
    if (overlay != null) overlay.onConnected(peer, connection, side);
    messages.onConnectionsChanged(peer);
  }

  @Override
  public void onData(Connection connection, int side, Object payload, int bytes) {
    if (payload instanceof MessageStream.Piece piece) {
      if (!piece.to().isAccepted()) {
        connection.acceptStream(side, piece.to());
        messages.accept(peerAt(connection, 1 - side), piece.to());
      }
      piece.to().receive(piece);
      return;
    }
    OverlayRunner runner = overlay;
    if (runner == null) return;
    PeerId from = peerAt(connection, 1 - side);
    if (payload instanceof OverlayRunner.Frame frame) runner.onFrame(from, frame);
    else if (payload instanceof OverlayRunner.Ping ping)
      runner.onPing(from, connection, side, ping);
  }

  @Override
  public void onClosed(Connection connection, int side, LinkLoss why) {
    PeerId peer = peerAt(connection, 1 - side);
    node.trace("connection lost to", connection.machine(1 - side), connection.id());
    List<Connection> left = connections.get(peer);
    if (left != null) {
      left.remove(connection);
      if (left.isEmpty()) connections.remove(peer);
    }
    connection.endStreams(side);
    if (overlay != null) overlay.onClosed(peer, connection, why);
    messages.onConnectionsChanged(peer);
  }

  @Override
  public @Nullable Connection connectionTo(PeerId peer) {
    List<Connection> known = connections.get(peer);
    if (known == null) return null;
    for (Connection each : known) if (each.isOpen(sideOf(each))) return each;
    return null;
  }

  @Override
  public int sideOf(Connection connection) {
    return connection.sideOf(this);
  }

  @Override
  public void dial(PeerId peer, Runnable done) {
    Machine target = node.machineOf(peer);
    if (target == null) {
      tasks.after(0, done);
      return;
    }
    List<Runnable> waiting = dials.get(peer);
    if (waiting != null) {
      waiting.add(done);
      return;
    }
    dials.put(peer, new ArrayList<>(List.of(done)));
    node.fabric().dial(machine, target, connection -> {
      List<Runnable> told = dials.remove(peer);
      if (told != null) told.forEach(Runnable::run);
    });
  }

  /** Closes all connections to a peer. */
  void closeAll(PeerId peer, boolean dead) {
    for (Connection each : List.copyOf(connections.getOrDefault(peer, List.of()))) {
      int side = sideOf(each);
      LinkLoss why = dead ? LinkLoss.SILENT : LinkLoss.CLOSED;
      if (dead) each.reset(side, LinkLoss.BROKEN);
      else each.close(side);
      onClosed(each, side, why);
    }
  }

  // ---- what goes wrong ----

  @Override
  public void onViolation(PeerId peer, ProtocolViolationException cause) {
    node.trace("violation: " + cause.getMessage());
    node.onViolation(peer, cause);
  }

  @Override
  public void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause) {
    node.trace("handler failed: " + cause);
  }
}
