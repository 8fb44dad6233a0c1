package org.openagi.p2p.overlay.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.OverlayPort;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.broadcast.Broadcast;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.broadcast.BroadcastPort;
import org.openagi.p2p.overlay.health.Health;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.health.HealthPort;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.linkstate.AdvertLink;
import org.openagi.p2p.overlay.linkstate.AdvertRefusal;
import org.openagi.p2p.overlay.linkstate.LinkAdvert;
import org.openagi.p2p.overlay.linkstate.LinkStatePort;
import org.openagi.p2p.overlay.linkstate.LinkStates;
import org.openagi.p2p.overlay.membership.Membership;
import org.openagi.p2p.overlay.membership.MembershipPort;
import org.openagi.p2p.overlay.relay.MailStore;
import org.openagi.p2p.overlay.relay.Relay;
import org.openagi.p2p.overlay.relay.RelayFault;
import org.openagi.p2p.overlay.relay.RelayFrame;
import org.openagi.p2p.overlay.relay.RelayPort;
import org.openagi.p2p.overlay.reputation.Cause;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Reputation;
import org.openagi.p2p.overlay.reputation.Standing;

/**
 * The overlay of one node: all its machines, fed with the same links, frames and time. No threads, I/O, clock or randomness of
 * its own; confined to one owner. After every call the owner arms its timer to {@link #nextDeadlineNanos}.
 *
 * <p>Machines do not know each other: what one needs of another it asks its port, and is answered here.
 */
public final class OverlayNode {
  /** Violations of one neighbour, while its link lasts, after which it is disconnected. */
  public static final int MAX_VIOLATIONS = 3;

  /** Frames of no use that a neighbour may send in a row, and a second. More of them in a row again are a violation each. */
  public static final int WASTED_BURST = 1_000;

  public static final int WASTED_PER_SECOND = 50;

  /** Frames that a neighbour may send in a row, and a second, parcels and messages to everyone apart: twice what any does. */
  public static final int CONTROL_BURST = 2_000;

  public static final int CONTROL_PER_SECOND = 500;

  static final int FORMER_MAX = 256;

  private static final class Neighbour {
    final TokenBucket control;
    TokenBucket wasted;
    int violations;
    int notedRttMicros;

    Neighbour(long nowNanos) {
      control = new TokenBucket(CONTROL_BURST, CONTROL_PER_SECOND, nowNanos);
      wasted = new TokenBucket(WASTED_BURST, WASTED_PER_SECOND, nowNanos);
    }
  }

  private final PeerId self;
  private final OverlayHost host;
  private final OverlayCrypto crypto;
  private final OverlayListener listener;
  private final TimeSource time;
  private final Map<PeerId, Neighbour> neighbours = new LinkedHashMap<>();

  /** Those that were neighbours last: who comes back has used up what it had. The oldest are forgotten. */
  private final Map<PeerId, Neighbour> former = new LinkedHashMap<>();

  private final Health health;
  private final Membership membership;
  private final LinkStates linkStates;
  private final Broadcast broadcast;
  private final Relay relay;
  private final Reputation reputation;
  private final List<OverlayMachine> machines;
  private long violations;
  private long wasted;

  /**
   * A node without links.
   *
   * @param self who it is
   * @param mail where mail of others is kept; null for a node that keeps none
   * @param random for all machines; only this node's owner may use it
   */
  public OverlayNode(
      OverlayConfig config,
      PeerId self,
      OverlayHost host,
      OverlayCrypto crypto,
      OverlayListener listener,
      @Nullable MailStore mail,
      RandomGenerator random,
      TimeSource time) {
    this.self = self;
    this.host = host;
    this.crypto = crypto;
    this.listener = listener;
    this.time = time;
    this.health = new Health(config.health(), self, new ForHealth(), random);
    this.membership = new Membership(config.membership(), self, new ForMembership(), random);
    this.linkStates = new LinkStates(config.linkState(), self, new ForLinkStates(), random, time);
    this.broadcast = new Broadcast(config.broadcast(), self, new ForBroadcast(), random, time);
    this.relay = new Relay(config.relay(), self, new ForRelay(), mail, random, time);
    this.reputation = new Reputation(config.reputation(), this::onStanding);
    // Health first: the others ask what it has measured.
    this.machines = List.of(health, membership, broadcast, linkStates, relay);
  }

  // ---- what happens --------------------------------------------------------------------------

  /** A peer became a neighbour. */
  public void onLinkUp(OverlayLink link, long nowNanos) {
    Neighbour before = former.remove(link.peer());
    Neighbour neighbour = before == null ? new Neighbour(nowNanos) : before;
    neighbour.violations = 0;
    if (neighbours.putIfAbsent(link.peer(), neighbour) != null) {
      throw new IllegalStateException("link to " + link.peer() + " came up twice");
    }
    reputation.onLinkUp(link.peer(), nowNanos);
    reputation.note(link.peer(), Cause.VERIFIED_IDENTITY, nowNanos);
    for (OverlayMachine machine : machines) machine.onLinkUp(link, nowNanos);
    if (reputation.standing(link.peer()) == Standing.REFUSED) {
      host.disconnect(link.peer(), OverlayHost.Cut.HOSTILE, "refused for its reputation");
    }
  }

  /** A neighbour is one no more. */
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    Neighbour gone = neighbours.remove(peer);
    if (gone == null) return;
    former.put(peer, gone);
    if (former.size() > FORMER_MAX) former.remove(former.keySet().iterator().next());
    reputation.onLinkDown(peer, nowNanos);
    if (why != LinkLoss.CLOSED) reputation.note(peer, Cause.FAILURE, nowNanos);
    for (OverlayMachine machine : machines) machine.onLinkDown(peer, why, nowNanos);
  }

  /** A dial that the node asked for came to nothing. */
  public void onDialFailed(PeerId peer, long nowNanos) {
    health.onDialEnded(peer);
    membership.onDialFailed(peer, nowNanos);
  }

  /**
   * A frame arrived.
   *
   * @return false if its type is not known and may be skipped
   * @throws ProtocolViolationException if it breaks a rule; what follows from it is up to {@link #onViolation}
   */
  public boolean onFrame(PeerId from, int type, byte[] body, long nowNanos)
      throws ProtocolViolationException {
    OverlayFrame frame = OverlayFrames.read(type, new WireReader(body, 0, body.length));
    if (frame == null) return false;
    onFrame(from, frame, nowNanos);
    return true;
  }

  /** A frame arrived that is read already. */
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    Neighbour neighbour = neighbours.get(from);
    if (neighbour == null) return; // the last words of a link that has gone
    OverlayMachine machine = ownerOf(frame.type());
    if (isControl(frame) && !neighbour.control.tryTake(1, nowNanos)) {
      wasted(from, nowNanos);
      return;
    }
    if (machine != health) health.onHeard(from, nowNanos);
    machine.onFrame(from, frame, nowNanos);
  }

  /** Parcels, their answers and messages to everyone come as fast as links are; their own machines bound them. */
  private static boolean isControl(OverlayFrame frame) {
    return !(frame instanceof RelayFrame) && !(frame instanceof BroadcastFrame.Gossip);
  }

  private void wasted(PeerId by, long nowNanos) {
    wasted++;
    Neighbour neighbour = neighbours.get(by);
    if (neighbour == null || neighbour.wasted.tryTake(1, nowNanos)) return;
    neighbour.wasted = new TokenBucket(WASTED_BURST, WASTED_PER_SECOND, nowNanos);
    listener.onViolation(by, WASTED_BURST + " frames of no use in a row", false);
    reputation.note(by, Cause.LIMIT_VIOLATION, nowNanos);
  }

  private OverlayMachine ownerOf(int type) {
    return switch (type & 0x70) {
      case OverlayFrames.HEALTH -> health;
      case OverlayFrames.MEMBERSHIP -> membership;
      case OverlayFrames.BROADCAST -> broadcast;
      case OverlayFrames.LINK_STATE -> linkStates;
      case OverlayFrames.RELAY -> relay;
      default -> throw new IllegalArgumentException("frame of type " + type + " has no owner");
    };
  }

  /** A neighbour broke a rule; by {@link ProtocolViolationException.Scope#PEER} a signature is wrong. */
  public void onViolation(PeerId peer, ProtocolViolationException cause, long nowNanos) {
    violations++;
    Neighbour neighbour = neighbours.get(peer);
    if (neighbour == null) return;
    String what = String.valueOf(cause.getMessage());
    boolean cut = ++neighbour.violations >= MAX_VIOLATIONS;
    boolean forged = cause.scope() == ProtocolViolationException.Scope.PEER;
    reputation.note(peer, forged ? Cause.INVALID_SIGNATURE : Cause.PROTOCOL_VIOLATION, nowNanos);
    listener.onViolation(peer, what, cut);
    if (cut) host.disconnect(peer, OverlayHost.Cut.HOSTILE, what);
  }

  /** Counters of a neighbour's connections; see {@link Health#onTraffic}. */
  public void onTraffic(PeerId peer, long bytesIn, long bytesOut, long queued, long nowNanos) {
    health.onTraffic(peer, bytesIn, bytesOut, queued, nowNanos);
    Neighbour neighbour = neighbours.get(peer);
    int rttMicros = health.rttMicros(peer);
    if (neighbour == null || neighbour.notedRttMicros == rttMicros) return;
    neighbour.notedRttMicros = rttMicros;
    reputation.onRtt(peer, rttMicros, nowNanos);
  }

  /** A round trip to a neighbour was measured. */
  public void onRtt(PeerId peer, long rttNanos, long nowNanos) {
    health.onRtt(peer, rttNanos, nowNanos);
  }

  /** When {@link #onTimer} has something to do, or {@link OverlayMachine#NEVER}. */
  public long nextDeadlineNanos() {
    long due = reputation.nextDeadlineNanos();
    for (OverlayMachine machine : machines) due = Math.min(due, machine.nextDeadlineNanos());
    return due;
  }

  /** Does what is due. */
  public void onTimer(long nowNanos) {
    reputation.onTimer(nowNanos);
    for (OverlayMachine machine : machines) {
      if (machine.nextDeadlineNanos() <= nowNanos) machine.onTimer(nowNanos);
    }
  }

  private void onStanding(PeerId peer, Standing from, Standing to, Explanation why) {
    linkStates.onJudged(peer, time.nanoTime());
    listener.onStanding(peer, from, to, why);
    if (to != Standing.REFUSED || !neighbours.containsKey(peer)) return;
    host.disconnect(peer, OverlayHost.Cut.HOSTILE, why.summary());
  }

  /** What happened past the overlay speaks for or against a peer. */
  public void note(PeerId peer, Cause cause, long nowNanos) {
    reputation.note(peer, cause, nowNanos);
  }

  /** Tells all neighbours that this node goes. Links may end afterwards. */
  public void leave() {
    membership.leave();
  }

  // ---- queries -------------------------------------------------------------------------------

  /** Who this is. */
  public PeerId self() {
    return self;
  }

  /** The neighbours, in the order in which they came. */
  public List<PeerId> neighbours() {
    return List.copyOf(neighbours.keySet());
  }

  /** What is measured of links. */
  public Health health() {
    return health;
  }

  /** Whom the node seeks to be linked to. */
  public Membership membership() {
    return membership;
  }

  /** The graph, as far as it is known, and the ways in it. */
  public LinkStates linkStates() {
    return linkStates;
  }

  /** Messages to everyone. */
  public Broadcast broadcast() {
    return broadcast;
  }

  /** Parcels on their way, and mail. */
  public Relay relay() {
    return relay;
  }

  /** What is thought of peers. */
  public Reputation reputation() {
    return reputation;
  }

  /** The sizes of all that peers can make grow, and their bounds. */
  public List<TableSize> tables() {
    List<TableSize> all = new ArrayList<>();
    for (OverlayMachine machine : machines) all.addAll(machine.tables());
    all.add(new TableSize("former neighbours", former.size(), FORMER_MAX));
    return all;
  }

  /** Counters of all parts. */
  public OverlayStats stats() {
    return new OverlayStats(
        neighbours.size(),
        reputation.size(),
        violations,
        wasted,
        health.stats(),
        membership.counters(),
        broadcast.counters(),
        linkStates.counts(),
        relay.counts());
  }

  // ---- ports ---------------------------------------------------------------------------------

  private class Port implements OverlayPort {
    @Override
    public boolean send(PeerId to, OverlayFrame frame) {
      return host.send(to, frame);
    }

    @Override
    public void wasted(PeerId by) {
      OverlayNode.this.wasted(by, time.nanoTime());
    }
  }

  private final class ForHealth extends Port implements HealthPort {
    @Override
    public List<PeerId> linkedTo(PeerId peer) {
      List<PeerId> found = new ArrayList<>();
      linkStates.advert(peer).ifPresent(advert -> {
        for (AdvertLink link : advert.statement().links()) {
          if (neighbours.containsKey(link.peer())) found.add(link.peer());
        }
      });
      return found;
    }

    @Override
    public boolean reachable(PeerId peer) {
      return !linkStates.route(peer, time.nanoTime()).isEmpty();
    }

    @Override
    public int loadPermille() {
      return host.loadPermille();
    }

    @Override
    public void doubt(PeerId peer) {
      host.doubt(peer);
    }

    @Override
    public void cut(PeerId peer, String reason) {
      host.disconnect(peer, OverlayHost.Cut.DEAD, reason);
    }

    @Override
    public void onEvent(HealthEvent event) {
      if (event instanceof HealthEvent.StateChanged changed) {
        linkStates.onJudged(changed.peer(), time.nanoTime());
      }
      if (event instanceof HealthEvent.Suspected suspected) {
        relay.onDoubted(suspected.peer(), time.nanoTime());
      }
      listener.onHealth(event);
    }
  }

  private final class ForMembership extends Port implements MembershipPort {
    @Override
    public void dial(PeerId peer, List<Multiaddr> addresses) {
      health.onDialing(peer, time.nanoTime());
      host.dial(peer, addresses);
    }

    @Override
    public void disconnect(PeerId peer, String why) {
      host.release(peer, why);
    }

    @Override
    public double score(PeerId peer) {
      return reputation.score(peer, time.nanoTime());
    }

    @Override
    public boolean isProtected(PeerId peer) {
      return host.isProtected(peer);
    }

    @Override
    public List<Multiaddr> addresses() {
      return host.addresses();
    }

    @Override
    public void onViewChanged(PeerId peer, boolean inView) {
      host.keep(peer, inView);
    }
  }

  private final class ForLinkStates extends Port implements LinkStatePort {
    @Override
    public Bytes sign(Bytes text) {
      return crypto.sign(text);
    }

    @Override
    public void verify(LinkAdvert advert, Consumer<Boolean> verdict) {
      verdict.accept(crypto.verify(advert.origin(), advert.signedBytes(), advert.signature()));
    }

    @Override
    public LinkQuality quality(PeerId neighbour) {
      return health.quality(neighbour);
    }

    @Override
    public List<PeerId> gossipTargets() {
      return broadcast.eagerPeers();
    }

    @Override
    public boolean avoid(PeerId neighbour) {
      Standing standing = reputation.standing(neighbour);
      return !standing.mayRoute() || isSilent(neighbour);
    }

    @Override
    public boolean isReplaced(PeerId neighbour) {
      return relay.isReplaced(neighbour);
    }

    @Override
    public boolean isSilent(PeerId neighbour) {
      return relay.isSilent(neighbour)
          || health.state(neighbour).map(HealthState::toAvoid).orElse(false);
    }

    @Override
    public void blame(PeerId neighbour, AdvertRefusal why) {
      listener.onViolation(neighbour, "advert refused: " + why, false);
      Cause cause =
          why == AdvertRefusal.BAD_SIGNATURE ? Cause.INVALID_SIGNATURE : Cause.LIMIT_VIOLATION;
      reputation.note(neighbour, cause, time.nanoTime());
    }

    @Override
    public void onFalseClaim(PeerId origin) {
      listener.onViolation(origin, "announced a link to this node that is not there", false);
      reputation.note(origin, Cause.FALSE_ADVERT, time.nanoTime());
    }

    @Override
    public void onNamed(PeerId node, String name) {
      listener.onNamed(node, name);
    }

    @Override
    public void onRoutesChanged() {
      relay.onRoutesChanged(time.nanoTime());
      listener.onRoutesChanged();
    }
  }

  private final class ForBroadcast extends Port implements BroadcastPort {
    @Override
    public Bytes sign(Bytes text) {
      return crypto.sign(text);
    }

    @Override
    public boolean verify(PeerId signer, Bytes text, Bytes signature) {
      return crypto.verify(signer, text, signature);
    }

    @Override
    public void onMessage(BroadcastMessage message, PeerId by, int hops) {
      listener.onBroadcast(message, by, hops);
    }

    @Override
    public void onTakenOver(long number, int by) {
      listener.onBroadcastTaken(number, by);
    }

    @Override
    public LinkQuality quality(PeerId neighbour) {
      return health.quality(neighbour);
    }
  }

  private final class ForRelay extends Port implements RelayPort {
    @Override
    public Route route(PeerId destination, long nowNanos) {
      return linkStates.route(destination, nowNanos);
    }

    @Override
    public List<PeerId> keepers(long nowNanos) {
      return linkStates.keepers(nowNanos);
    }

    @Override
    public Optional<Bytes> sealKey(PeerId peer) {
      return linkStates.sealKey(peer);
    }

    @Override
    public void announceSealKey(Bytes key, long nowNanos) {
      linkStates.announceSealKey(key, nowNanos);
    }

    @Override
    public boolean serves(PeerId neighbour) {
      return reputation.standing(neighbour).mayRoute();
    }

    @Override
    public int rttMicros(PeerId neighbour) {
      return health.rttMicros(neighbour);
    }

    @Override
    public void onDoubt(PeerId neighbour) {
      linkStates.onJudged(neighbour, time.nanoTime());
    }

    @Override
    public void blame(PeerId neighbour, RelayFault why) {
      Cause cause =
          switch (why) {
            case SILENT -> Cause.FAILURE;
            case USELESS -> Cause.USELESS_PARCEL;
            case REFUSED -> Cause.REFUSED_PARCEL;
          };
      reputation.note(neighbour, cause, time.nanoTime());
    }
  }
}
