package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.relay.Held.Source;
import org.openagi.p2p.overlay.relay.RelayFrame.Arrived;
import org.openagi.p2p.overlay.relay.RelayFrame.Carry;
import org.openagi.p2p.overlay.relay.RelayFrame.Refused;
import org.openagi.p2p.overlay.relay.RelayFrame.Taken;

/**
 * Passes parcels on, hop by hop: who takes one over answers for it. Keeps them for who is away if it has a store.
 *
 * <p>Confined to its owner. Each node passes a copy of a parcel on once for each way it came by: what was here before is
 * taken without effect if it came by another way, and refused if it went in a circle (this node is in its trail).
 *
 * @see "docs/wire/overlay-relay.md"
 */
public final class Relay implements OverlayMachine, Courier {
  /** Parcels that are remembered as refused, so that who sends them again and again is found. */
  static final int MAX_REFUSALS = 4_096;

  private final RelayConfig config;
  private final PeerId self;
  private final RelayPort port;
  private final TimeSource time;
  private final SeenParcels seen;
  private final SeenParcels arrivals;
  private final SeenParcels refusals;
  private final Custody custody;
  private final @Nullable Mailbox mailbox;
  private final ReachWatch watch;
  private final OwnParcels own;
  private final Map<ParcelRefusal, Long> refused = new EnumMap<>(ParcelRefusal.class);
  private Courier.@Nullable Listener listener;
  private long routesChangedNanos = NEVER;
  private long sent;
  private long arrived;
  private long passedOn;
  private long repeated;

  /**
   * A node without links.
   *
   * @param store where mail is kept; null for a node that keeps none
   * @param time for calls that do not hand it in, and for how long mail lives
   */
  public Relay(
      RelayConfig config,
      PeerId self,
      RelayPort port,
      @Nullable MailStore store,
      RandomGenerator random,
      TimeSource time) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.time = time;
    this.seen = new SeenParcels(config.maxSeen(), config.seenFor().toNanos());
    this.arrivals = new SeenParcels(config.maxSeen(), config.seenFor().toNanos());
    this.refusals = new SeenParcels(MAX_REFUSALS, config.seenFor().toNanos());
    this.custody = new Custody(config, self, port, random, seen, new Outcomes());
    this.mailbox = store == null
        ? null
        : new Mailbox(config.mailbox(), store, self, time, random, new FromMailbox());
    this.own = new OwnParcels(self, custody, seen, mailbox, this::keepers, new ToListener());
    this.watch = new ReachWatch(config.maxWatched(), config.watchedFor().toNanos());
  }

  @Override
  public void setListener(Courier.Listener listener) {
    this.listener = listener;
  }

  @Override
  public Optional<Bytes> sealKey(PeerId peer) {
    return port.sealKey(peer);
  }

  @Override
  public void announceSealKey(Bytes key) {
    port.announceSealKey(key, time.nanoTime());
  }

  @Override
  public Reach reach(PeerId peer) {
    long nowNanos = time.nanoTime();
    Reach reach = reach(peer, nowNanos);
    watch.onAsked(peer, reach, nowNanos);
    return reach;
  }

  private Reach reach(PeerId peer, long nowNanos) {
    Route route = port.route(peer, nowNanos);
    if (custody.isNeighbour(peer)) return reach(Reach.Kind.DIRECT, route);
    if (!route.isEmpty()) return reach(Reach.Kind.ROUTED, route);
    for (PeerId keeper : keepers(peer, nowNanos)) {
      if (keeper.equals(self)) return new Reach(Reach.Kind.MAILBOX, List.of(), 0, 0);
      Route there = port.route(keeper, nowNanos);
      if (!there.isEmpty()) return reach(Reach.Kind.MAILBOX, there);
    }
    return Reach.NONE;
  }

  private static Reach reach(Reach.Kind kind, Route route) {
    List<PeerId> hops = route.nextHops().stream().map(NextHop::peer).toList();
    return new Reach(kind, hops, route.hops(), route.costMicros());
  }

  private List<PeerId> keepers(PeerId recipient, long nowNanos) {
    List<PeerId> nodes = port.keepers(nowNanos);
    if (mailbox != null) {
      nodes = new ArrayList<>(nodes);
      nodes.add(self);
    }
    return Keepers.choose(recipient, nodes, config.keepers());
  }

  @Override
  public void send(Parcel parcel, @Nullable PeerId avoid) {
    long nowNanos = time.nanoTime();
    sent++;
    ParcelRefusal why = own.refusal(parcel);
    if (why != null) {
      tellRefused(parcel.id(), self, why);
      return;
    }
    watch.onUsed(parcel.to(), () -> reach(parcel.to(), nowNanos), nowNanos);
    own.send(parcel, avoid, nowNanos);
  }

  private void tellRefused(Bytes id, PeerId by, ParcelRefusal why) {
    refused.merge(why, 1L, Long::sum);
    Courier.Listener hears = listener;
    if (hears != null) hears.onRefused(id, by, why);
  }

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    custody.onLinkUp(link.peer(), nowNanos);
    onRoutesChanged(nowNanos);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    custody.onLinkDown(peer);
    onRoutesChanged(nowNanos);
  }

  /** A neighbour is suspected to be dead. What it has not answered is sent another way at once, if there is one. */
  public void onDoubted(PeerId peer, long nowNanos) {
    custody.onDoubted(peer, nowNanos);
    custody.drain(nowNanos);
  }

  /** Whether a neighbour has answered nothing for longer than it usually takes. */
  public boolean isSilent(PeerId neighbour) {
    return custody.isSilent(neighbour);
  }

  /** Whether others were given what a silent neighbour was to carry on, and get what is new as long as it says nothing. */
  public boolean isReplaced(PeerId neighbour) {
    return custody.isReplaced(neighbour);
  }

  /** Ways may be other ones than before; what follows from it is done at the next {@link #onTimer}, which is due at once. */
  public void onRoutesChanged(long nowNanos) {
    routesChangedNanos = Math.min(routesChangedNanos, nowNanos);
    watch.onRoutesChanged(nowNanos);
    if (mailbox != null) mailbox.onRoutesChanged();
  }

  @Override
  public long nextDeadlineNanos() {
    long due = Math.min(custody.nextDeadlineNanos(), watch.nextDeadlineNanos());
    due = Math.min(due, routesChangedNanos);
    return mailbox == null ? due : Math.min(due, mailbox.nextDeadlineNanos());
  }

  @Override
  public void onTimer(long nowNanos) {
    if (routesChangedNanos <= nowNanos) {
      routesChangedNanos = NEVER;
      custody.onRoutesChanged();
      custody.drain(nowNanos);
    }
    custody.onTimer(nowNanos);
    watch.onTimer(nowNanos, peer -> reach(peer, nowNanos), (peer, reach) -> {
      Courier.Listener hears = listener;
      if (hears != null) hears.onReachChanged(peer, reach);
    });
    if (mailbox != null) mailbox.onTimer(nowNanos);
  }

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos) {
    if (!custody.isNeighbour(from)) return; // the last words of a link that is gone
    if (!(frame instanceof RelayFrame known)) {
      throw new IllegalArgumentException("not a frame of the relay: " + frame.type());
    }
    switch (known) {
      case Carry carry -> onCarry(from, carry, nowNanos);
      case Taken taken -> {
        if (!custody.onTaken(from, taken.key(), nowNanos)) port.wasted(from);
        custody.drain(nowNanos);
      }
      case Refused no -> onRefused(from, no, nowNanos);
      case Arrived there -> onArrived(from, there.key(), nowNanos);
    }
  }

  private void onCarry(PeerId from, Carry carry, long nowNanos) {
    ParcelKey key = carry.key();
    if (carry.parcel().ttl() < 1) {
      port.blame(from, RelayFault.USELESS);
      refuse(from, key, ParcelRefusal.TTL_EXCEEDED);
    } else if (carry.parcel().to().equals(self)) {
      deliver(from, carry, nowNanos);
    } else if (mailbox != null && mailbox.isStoring(key)) {
      repeated++;
    } else if (isInTrail(carry)) {
      repeated++;
      port.blame(from, RelayFault.USELESS);
      refuse(from, key, ParcelRefusal.SEEN);
    } else if (isAnsweredFor(key)) {
      repeated++;
      noteRepetition(from, key);
      port.send(from, new Taken(key));
    } else if (carry.destination().equals(self)) {
      keep(from, carry, nowNanos);
    } else {
      relay(from, carry, nowNanos);
    }
  }

  private void noteArrivalAgain(PeerId from, ParcelKey once) {
    SeenParcels.Passage passage = arrivals.find(once);
    if (passage != null && !passage.isNewWay(from)) port.wasted(from);
  }

  /** By another way a copy may come again; by the same neighbour only if an answer came too late for it. */
  private void noteRepetition(PeerId from, ParcelKey key) {
    SeenParcels.Passage passage = seen.find(key);
    if (passage != null && !passage.isNewWay(from)) port.wasted(from);
  }

  private boolean isInTrail(Carry carry) {
    List<Parcel.Hop> trail = carry.parcel().trail();
    for (int i = carry.leg(); i < trail.size(); i++) {
      if (trail.get(i).node().equals(self)) return true;
    }
    return false;
  }

  /** Whether this copy is here, or was and got on. */
  private boolean isAnsweredFor(ParcelKey key) {
    if (custody.holds(key) || (mailbox != null && mailbox.holds(key))) return true;
    SeenParcels.Passage passage = seen.find(key);
    return passage != null && !passage.refused;
  }

  private void deliver(PeerId from, Carry carry, long nowNanos) {
    Courier.Listener hears = listener;
    if (hears == null) {
      refuse(from, carry.key(), ParcelRefusal.NOT_SERVED);
      return;
    }
    ParcelKey once = new ParcelKey(carry.parcel().id(), 0);
    boolean first = arrivals.find(once) == null;
    if (first) arrivals.add(once, from, nowNanos);
    port.send(from, new Taken(carry.key()));
    if (carry.report()) port.send(from, new Arrived(carry.key()));
    if (first) {
      arrived++;
      hears.onParcel(from, carry.parcel());
    } else {
      repeated++;
      noteArrivalAgain(from, once);
    }
  }

  private void relay(PeerId from, Carry carry, long nowNanos) {
    ParcelKey key = carry.key();
    Parcel parcel = carry.parcel();
    if (!config.relays() || !port.serves(from)) {
      refuse(from, key, ParcelRefusal.NOT_SERVED);
    } else if (parcel.ttl() <= 1 || parcel.trail().size() >= Parcel.MAX_TRAIL) {
      refuse(from, key, ParcelRefusal.TTL_EXCEEDED);
    } else if (parcel.lifetimeMillis() < 1) {
      port.blame(from, RelayFault.USELESS);
      refuse(from, key, ParcelRefusal.EXPIRED);
    } else {
      takeOver(from, carry, nowNanos);
    }
  }

  private void takeOver(PeerId from, Carry carry, long nowNanos) {
    ParcelKey key = carry.key();
    Held held = new Held(carry, Source.NEIGHBOUR, from, null, nowNanos);
    if (!custody.hasWay(held, nowNanos)) {
      if (mailbox != null && Mailbox.mayKeep(carry)) keep(from, carry, nowNanos);
      else refuse(from, key, ParcelRefusal.NO_ROUTE);
    } else if (!custody.accept(held, nowNanos)) {
      refuse(from, key, ParcelRefusal.FULL);
    } else {
      seen.add(key, from, nowNanos);
      port.send(from, new Taken(key));
      custody.drain(nowNanos);
    }
  }

  private void keep(PeerId from, Carry carry, long nowNanos) {
    Mailbox box = mailbox;
    ParcelKey key = carry.key();
    if (box == null || !Mailbox.mayKeep(carry) || !port.serves(from)) {
      refuse(from, key, ParcelRefusal.NOT_SERVED);
    } else if (carry.parcel().ttl() <= 1) {
      refuse(from, key, ParcelRefusal.TTL_EXCEEDED);
    } else {
      seen.add(key, from, nowNanos);
      box.deposit(withOneHopLess(carry), from, why -> {
        if (why == null) port.send(from, new Taken(key));
        else refuse(from, key, why);
      });
    }
  }

  private static Carry withOneHopLess(Carry carry) {
    Parcel parcel = carry.parcel();
    Parcel less = new Parcel(
        parcel.id(),
        parcel.to(),
        parcel.ttl() - 1,
        parcel.lifetimeMillis(),
        parcel.keep(),
        parcel.trail(),
        parcel.sealed());
    return new Carry(carry.copy(), carry.keeper(), carry.report(), carry.leg(), less);
  }

  private void refuse(PeerId to, ParcelKey key, ParcelRefusal why) {
    refused.merge(why, 1L, Long::sum);
    SeenParcels.Passage passage = seen.find(key);
    if (passage != null && passage.from.equals(to)) passage.refused = true;
    if (why != ParcelRefusal.FULL) noteRefusal(to, key); // who was full is tried again
    port.send(to, new Refused(key, why));
  }

  private void noteRefusal(PeerId to, ParcelKey key) {
    SeenParcels.Passage before = refusals.find(key);
    if (before == null) refusals.add(key, to, time.nanoTime());
    else if (!before.isNewWay(to)) port.wasted(to);
  }

  private void onRefused(PeerId from, Refused no, long nowNanos) {
    ParcelKey key = no.key();
    if (custody.onRefused(from, key, no.why(), nowNanos)) {
      custody.drain(nowNanos);
      return;
    }
    SeenParcels.Passage passage = seen.find(key);
    boolean awaited = passage != null && from.equals(passage.to) && !passage.refused;
    if (passage == null || !awaited || custody.holds(key)) {
      port.wasted(from);
      return;
    }
    passage.refused = true;
    if (!passage.from.equals(self)) port.send(passage.from, no);
  }

  private void onArrived(PeerId from, ParcelKey key, long nowNanos) {
    SeenParcels.Passage passage = seen.find(key);
    if (passage == null || !from.equals(passage.to)) {
      port.wasted(from); // nobody here sent it there
      return;
    }
    if (!passage.from.equals(self)) {
      port.send(passage.from, new Arrived(key));
    } else if (mailbox != null) {
      mailbox.onArrived(key, nowNanos);
    }
  }

  private final class ToListener implements OwnParcels.Listener {
    @Override
    public void onTaken(Bytes id, PeerId by) {
      Courier.Listener hears = listener;
      if (hears != null) hears.onTaken(id, by);
    }

    @Override
    public void onRefused(Bytes id, PeerId by, ParcelRefusal why) {
      tellRefused(id, by, why);
    }
  }

  private final class Outcomes implements Custody.Listener {
    @Override
    public void onTaken(Held held, PeerId by) {
      switch (held.source) {
        case OWN -> own.onTaken(held.key.id(), by);
        case NEIGHBOUR -> passedOn++;
        case MAILBOX -> {
          boolean there = by.equals(held.carry.parcel().to());
          if (there && mailbox != null) mailbox.onArrived(held.key, time.nanoTime());
        }
      }
    }

    @Override
    public void onDone(Held held) {
      if (held.source == Source.OWN) own.onDone(held);
    }

    @Override
    public void onFailed(Held held, PeerId by, ParcelRefusal why) {
      switch (held.source) {
        case OWN -> own.onFailed(held, by, why, time.nanoTime());
        case NEIGHBOUR -> onOthersFailed(held, why);
        case MAILBOX -> {
          if (mailbox != null) mailbox.onFailed(held.key);
        }
      }
    }
  }

  private void onOthersFailed(Held held, ParcelRefusal why) {
    Mailbox box = mailbox;
    boolean kept = box != null && why == ParcelRefusal.NO_ROUTE && Mailbox.mayKeep(held.carry);
    if (box == null || !kept) {
      refuse(held.from, held.key, why);
      return;
    }
    box.deposit(withOneHopLess(held.carry), held.from, notKept -> {
      if (notKept != null) refuse(held.from, held.key, notKept);
    });
  }

  private final class FromMailbox implements Mailbox.Sender {
    @Override
    public boolean hasWay(PeerId to, long nowNanos) {
      return !port.route(to, nowNanos).isEmpty();
    }

    @Override
    public boolean send(Carry carry, long nowNanos) {
      Held held = new Held(carry, Source.MAILBOX, self, null, nowNanos);
      if (!custody.accept(held, nowNanos)) return false;
      seen.add(held.key, self, nowNanos);
      custody.drain(nowNanos);
      return true;
    }
  }

  @Override
  public List<TableSize> tables() {
    List<TableSize> sizes = new ArrayList<>(List.of(
        new TableSize("parcels held", custody.parcels(), config.maxHeldParcels()),
        new TableSize("bytes of parcels held", custody.bytes(), config.maxHeldBytes()),
        new TableSize("parcels seen", seen.size(), config.maxSeen()),
        new TableSize("parcels that arrived", arrivals.size(), config.maxSeen()),
        new TableSize("parcels refused", refusals.size(), MAX_REFUSALS),
        new TableSize("peers watched", watch.size(), config.maxWatched())));
    Mailbox box = mailbox;
    if (box != null) {
      sizes.add(new TableSize("mail", box.parcels(), config.mailbox().maxParcels()));
      sizes.add(new TableSize("bytes of mail", box.bytes(), config.mailbox().maxBytes()));
    }
    return sizes;
  }

  /** What was done so far. */
  public RelayCounts counts() {
    Mailbox box = mailbox;
    return new RelayCounts(
        custody.parcels(),
        custody.bytes(),
        sent,
        arrived,
        passedOn,
        custody.rerouted(),
        repeated,
        box == null ? 0 : box.parcels(),
        box == null ? 0 : box.bytes(),
        box == null ? 0 : box.kept(),
        box == null ? 0 : box.delivered(),
        box == null ? 0 : box.expired(),
        Map.copyOf(refused));
  }
}
