package org.openagi.p2p.simulator.node;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.node.OverlayListener;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.relay.MemoryMailStore;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;
import org.openagi.p2p.simulator.net.Alarm;
import org.openagi.p2p.simulator.net.Connection;
import org.openagi.p2p.simulator.net.Machine;

/** The overlay of one process: what {@code network.overlay} is on a real network, with the same node inside. */
final class OverlayRunner implements OverlayHost, OverlayListener {
  /** What waits for a neighbour before more is dropped. */
  static final int MAX_QUEUED_BYTES = 1 << 20;

  private static final int FRAME_HEADER_BYTES = 4;
  private static final int PING_BYTES = 32;
  private static final long SAMPLE_NANOS = 250_000_000L;
  private static final long QUIET_SAMPLE_NANOS = 1_000_000_000L;
  private static final long CONTACT_NANOS = 5_000_000_000L;
  private static final int CONTACTS = 2;
  private static final int RECOVERED_CONTACTS = 4;

  /**
   * A frame on a connection, as bytes, or as it is if it need not be encoded.
   *
   * @param offence which rule is broken by sending it; null for none
   */
  record Frame(
      int type,
      Bytes body,
      @Nullable OverlayFrame whole,
      @Nullable Offence offence) {
    Frame sentAs(Offence what) {
      return new Frame(type, body, whole, what);
    }
  }

  /** A question for a sign of life, and its answer. */
  record Ping(long sentNanos, boolean answer) {}

  private static final class Link {
    final PeerId peer;
    final Connection connection;
    final int side;
    long sampledBytes;

    Link(PeerId peer, Connection connection, int side) {
      this.peer = peer;
      this.connection = connection;
      this.side = side;
    }
  }

  private final NodeProcess process;
  private final SimulatedNode node;
  private final Tasks tasks;
  private final RandomGenerator random;
  private final OverlayNode overlay;
  private final Alarm alarm;
  private final Alarm sampling;
  private final Map<PeerId, Link> links = new LinkedHashMap<>();
  private final @Nullable Misconduct misconduct;
  private final Set<PeerId> refused = new HashSet<>();
  private final Set<PeerId> claimed = new HashSet<>();
  private long framesDropped;

  OverlayRunner(NodeProcess process, SimulatedNode node, Tasks tasks, RandomGenerator random) {
    this.process = process;
    this.node = node;
    this.tasks = tasks;
    this.random = random;
    NodeType type = node.type();
    this.overlay = new OverlayNode(
        node.overlayConfig(),
        node.peerId(),
        node.ports().overlayHost(node, this),
        node.ports().overlayCrypto(node, crypto()),
        this,
        type == NodeType.STORAGE ? new MemoryMailStore() : null,
        random,
        node.machine().clock());
    this.alarm = tasks.alarm(this::onTimer);
    this.sampling = tasks.alarm(this::sample);
    this.misconduct = node.isByzantine() ? new Misconduct(random, node.offences()) : null;
  }

  private OverlayCrypto crypto() {
    SimulatedCrypto scheme = node.shared().crypto();
    PeerId self = node.peerId();
    return new OverlayCrypto() {
      @Override
      public Bytes sign(Bytes text) {
        return scheme.sign(self, text);
      }

      @Override
      public boolean verify(PeerId signer, Bytes text, Bytes signature) {
        return scheme.verify(signer, text, signature);
      }
    };
  }

  OverlayNode overlay() {
    return overlay;
  }

  long framesDropped() {
    return framesDropped;
  }

  /** Looks for others: those it was linked to before, and some that discovery found. */
  void start() {
    long now = tasks.nanoTime();
    for (SimulatedNode each : node.formerNeighbours(RECOVERED_CONTACTS)) {
      overlay.membership().onKnown(each.peerId(), List.of(each.machine().address()), now);
    }
    lookAround();
    sampling.arm(now + QUIET_SAMPLE_NANOS);
  }

  private void lookAround() {
    if (links.size() < CONTACTS) {
      for (int i = 0; i < CONTACTS; i++) {
        SimulatedNode found = node.anyOther(random);
        if (found == null || links.containsKey(found.peerId())) continue;
        overlay
            .membership()
            .onKnown(found.peerId(), List.of(found.machine().address()), tasks.nanoTime());
      }
      arm();
    }
    tasks.after(CONTACT_NANOS + random.nextLong(CONTACT_NANOS), this::lookAround);
  }

  /** Does something with the node of the overlay, and arms its timer. */
  void run(Runnable action) {
    action.run();
    arm();
  }

  private void arm() {
    alarm.arm(overlay.nextDeadlineNanos());
  }

  private void onTimer() {
    overlay.onTimer(tasks.nanoTime());
    arm();
  }

  private void sample() {
    long now = tasks.nanoTime();
    boolean moved = false;
    // What the node asks for because of it, it does later: no link comes or goes meanwhile.
    for (Link link : links.values()) {
      long in = link.connection.bytesIn(link.side);
      long out = link.connection.bytesOut(link.side);
      overlay.onTraffic(link.peer, in, out, link.connection.queuedBytes(link.side), now);
      moved |= in + out != link.sampledBytes;
      link.sampledBytes = in + out;
    }
    Misconduct evil = misconduct;
    if (evil != null) misbehave(evil);
    arm();
    sampling.arm(now + (moved ? SAMPLE_NANOS : QUIET_SAMPLE_NANOS));
  }

  private void misbehave(Misconduct evil) {
    if (evil.nextRound()) claimLink();
    for (PeerId peer : List.copyOf(links.keySet())) {
      Link link = links.get(peer);
      if (link == null) continue;
      for (Frame frame : evil.unasked()) transmit(link, frame);
      overlay.onRtt(peer, 1, tasks.nanoTime()); // what it then announces is too good to be true
    }
  }

  /** It tells its own overlay of a link that is not there, so that it is announced as others are. */
  private void claimLink() {
    SimulatedNode other = node.anyOther(random);
    if (other == null || links.containsKey(other.peerId()) || !claimed.add(other.peerId())) return;
    overlay.onLinkUp(
        new OverlayLink(other.peerId(), true, Optional.empty(), other.type()), tasks.nanoTime());
    overlay.onRtt(other.peerId(), 1, tasks.nanoTime());
  }

  private void unclaim(PeerId peer) {
    if (claimed.remove(peer)) overlay.onLinkDown(peer, LinkLoss.CLOSED, tasks.nanoTime());
  }

  // ---- connections ----

  void onConnected(PeerId peer, Connection connection, int side) {
    if (links.containsKey(peer)) return;
    if (refused.contains(peer)) {
      tasks.after(0, () -> process.closeAll(peer, false));
      return;
    }
    unclaim(peer);
    links.put(peer, new Link(peer, connection, side));
    Machine other = connection.machine(1 - side);
    overlay.onLinkUp(
        new OverlayLink(peer, side == 0, Optional.of(other.address()), node.typeOf(other)),
        tasks.nanoTime());
    node.rememberNeighbour(other);
    arm();
  }

  void onClosed(PeerId peer, Connection connection, LinkLoss why) {
    Link link = links.get(peer);
    if (link == null || link.connection.id() != connection.id()) return;
    links.remove(peer);
    overlay.onLinkDown(peer, why, tasks.nanoTime());
    Connection other = process.connectionTo(peer);
    if (other != null) onConnected(peer, other, process.sideOf(other));
    arm();
  }

  void onFrame(PeerId from, Frame frame) {
    node.watch().onFrame(node, from, frame.type, frame.body);
    Offence offence = frame.offence;
    if (offence != null && links.containsKey(from)) node.watch().onOffence(node, from, offence);
    Misconduct evil = misconduct;
    if (evil != null) evil.remember(frame);
    try {
      OverlayFrame whole = frame.whole;
      if (whole != null) overlay.onFrame(from, whole, tasks.nanoTime());
      else overlay.onFrame(from, frame.type, frame.body.toArray(), tasks.nanoTime());
    } catch (ProtocolViolationException e) {
      node.onViolation(from, e);
      overlay.onViolation(from, e, tasks.nanoTime());
    }
    arm();
  }

  void onPing(PeerId from, Connection connection, int side, Ping ping) {
    if (!ping.answer) {
      connection.send(side, new Ping(ping.sentNanos, true), PING_BYTES);
    } else {
      overlay.onRtt(from, tasks.nanoTime() - ping.sentNanos, tasks.nanoTime());
      arm();
    }
  }

  // ---- what the node asks for ----

  @Override
  public boolean send(PeerId to, OverlayFrame frame) {
    Link link = links.get(to);
    if (link == null || link.connection.queuedBytes(link.side) > MAX_QUEUED_BYTES) {
      framesDropped++;
      return false;
    }
    WireWriter out = new WireWriter(128);
    frame.write(out);
    Bytes body = Bytes.wrap(out.toArray());
    node.watch().onSent(node, to, frame, body.length());
    Frame sent = new Frame(frame.type(), body, node.encodesFrames() ? null : frame, null);
    Misconduct evil = misconduct;
    if (evil != null) {
      sent = evil.instead(sent);
      if (sent == null) return true;
    }
    transmit(link, sent);
    return true;
  }

  private static void transmit(Link link, Frame frame) {
    link.connection.send(link.side, frame, frame.body.length() + FRAME_HEADER_BYTES);
  }

  @Override
  public void dial(PeerId peer, List<Multiaddr> addresses) {
    process.dial(peer, () -> {
      if (process.connectionTo(peer) == null) overlay.onDialFailed(peer, tasks.nanoTime());
      arm();
    });
  }

  @Override
  public void disconnect(PeerId peer, Cut cut, String why) {
    node.trace("cuts off (" + cut + ": " + why + ")", peer);
    // Not from within a call of the node.
    tasks.after(0, () -> {
      unclaim(peer);
      process.closeAll(peer, cut == Cut.DEAD);
    });
  }

  @Override
  public void release(PeerId peer, String why) {
    tasks.after(0, () -> {
      Connection connection = process.connectionTo(peer);
      if (connection != null && !connection.hasStreams(process.sideOf(connection))) {
        process.closeAll(peer, false);
      }
    });
  }

  @Override
  public void keep(PeerId peer, boolean wanted) {
    node.watch().onView(node, wanted);
  }

  @Override
  public boolean isProtected(PeerId peer) {
    return false;
  }

  @Override
  public List<Multiaddr> addresses() {
    return List.of(node.machine().address());
  }

  @Override
  public void doubt(PeerId peer) {
    Link link = links.get(peer);
    if (link != null) {
      link.connection.send(link.side, new Ping(tasks.nanoTime(), false), PING_BYTES);
    }
  }

  @Override
  public int loadPermille() {
    return 0;
  }

  // ---- what the node notices ----

  @Override
  public void onHealth(HealthEvent event) {
    node.watch().onHealth(node, event);
  }

  @Override
  public void onStanding(PeerId peer, Standing from, Standing to, Explanation why) {
    if (to == Standing.REFUSED) refused.add(peer);
    else refused.remove(peer);
    node.watch().onStanding(node, peer, to, why);
  }

  @Override
  public void onViolation(PeerId peer, String what, boolean cut) {
    node.watch().onBlame(node, peer, what);
  }

  @Override
  public void onBroadcast(BroadcastMessage message, PeerId by, int hops) {
    node.watch().onBroadcast(node, message, hops);
  }
}
