package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.NextHop;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.relay.Held.State;

/**
 * Parcels that this node answers for, until the next hop does: waiting in a fair queue, sent within a window, tried another
 * way when a link dies or the next hop refuses, and held a while longer in case that the next hop dies with them.
 *
 * <p>Invariant between calls: a parcel is in {@code held} from when it is accepted until {@link Listener#onDone} or {@link
 * Listener#onFailed}, of which exactly one comes, the last.
 */
final class Custody {
  /** Pause after a link that could take no more; nobody says when it can again. */
  private static final long BUSY_NANOS = 20_000_000L;

  /** How often lifetimes are looked at. */
  private static final long EXPIRY_NANOS = 1_000_000_000L;

  /** What becomes of a parcel. */
  interface Listener {
    /** The next hop answers for it now; may come again if it is sent another way later. */
    void onTaken(Held held, PeerId by);

    /** Nothing more will come of it: it was taken, and was not sent back. */
    void onDone(Held held);

    /** There is no way to get it on. */
    void onFailed(Held held, PeerId by, ParcelRefusal why);
  }

  private final RelayConfig config;
  private final PeerId self;
  private final RelayPort port;
  private final RandomGenerator random;
  private final SeenParcels seen;
  private final Listener listener;
  private final Map<PeerId, Hop> hops = new LinkedHashMap<>();
  private final Map<ParcelKey, Held> held = new LinkedHashMap<>();
  private final SequencedMap<ParcelKey, Held> copies = new LinkedHashMap<>();
  private final Map<PeerId, Long> bytesBy = new HashMap<>();
  private final FairQueue queue = new FairQueue();
  private long bytes;
  private long rerouted;
  private long deadlineNanos = OverlayMachine.NEVER;
  private long expiryNanos;
  private boolean draining;
  private boolean drainAgain;

  Custody(
      RelayConfig config,
      PeerId self,
      RelayPort port,
      RandomGenerator random,
      SeenParcels seen,
      Listener listener) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.random = random;
    this.seen = seen;
    this.listener = listener;
  }

  int parcels() {
    return held.size();
  }

  long bytes() {
    return bytes;
  }

  long rerouted() {
    return rerouted;
  }

  boolean isNeighbour(PeerId peer) {
    return hops.containsKey(peer);
  }

  boolean holds(ParcelKey key) {
    return held.containsKey(key);
  }

  /** Takes a parcel over if there is room for it; copies of what was taken give way. */
  boolean accept(Held parcel, long nowNanos) {
    if (held.containsKey(parcel.key) || !makeRoom(parcel)) return false;
    if (held.isEmpty()) expiryNanos = nowNanos + EXPIRY_NANOS;
    held.put(parcel.key, parcel);
    bytes += parcel.bytes;
    charge(parcel, parcel.bytes);
    queue.add(parcel);
    wakeAt(nowNanos + EXPIRY_NANOS);
    return true;
  }

  private boolean makeRoom(Held parcel) {
    long byThis = bytesBy.getOrDefault(parcel.from, 0L) + parcel.bytes;
    if (byThis > config.maxHeldBytesPerNeighbour()) return false;
    Iterator<Held> oldest = copies.values().iterator();
    while (isFullFor(parcel) && oldest.hasNext()) {
      Held copy = oldest.next();
      oldest.remove();
      forget(copy);
      listener.onDone(copy);
    }
    return !isFullFor(parcel);
  }

  private boolean isFullFor(Held parcel) {
    return held.size() >= config.maxHeldParcels() || bytes + parcel.bytes > config.maxHeldBytes();
  }

  private void charge(Held parcel, long more) {
    bytesBy.merge(parcel.from, more, (a, b) -> a + b == 0 ? null : a + b);
  }

  /** Whether some neighbour could get a parcel on that has not been tried. */
  boolean hasWay(Held parcel, long nowNanos) {
    return !candidates(parcel, nowNanos).isEmpty();
  }

  private List<NextHop> candidates(Held parcel, long nowNanos) {
    List<NextHop> open = new ArrayList<>();
    for (NextHop each : port.route(parcel.destination(), nowNanos).nextHops()) {
      if (hops.containsKey(each.peer()) && !parcel.isBehind(each.peer())) open.add(each);
    }
    if (!open.stream().allMatch(each -> isDoubted(each.peer()))) {
      open.removeIf(each -> isDoubted(each.peer()));
    }
    PeerId avoid = parcel.avoid;
    if (avoid != null && open.size() > 1) open.removeIf(each -> each.peer().equals(avoid));
    return open;
  }

  /** Whether a neighbour has answered nothing for longer than it usually takes. */
  boolean isSilent(PeerId peer) {
    Hop hop = hops.get(peer);
    return hop != null && hop.silent;
  }

  /** It speaks, or gets another chance. */
  private void trust(PeerId peer, Hop hop) {
    if (!hop.silent && !hop.doubted) return;
    hop.silent = false;
    hop.doubted = false;
    hop.replaced = false;
    port.onDoubt(peer);
  }

  /** Whether others were given what a silent neighbour was to carry on. */
  boolean isReplaced(PeerId peer) {
    Hop hop = hops.get(peer);
    return hop != null && hop.replaced;
  }

  private boolean isDoubted(PeerId peer) {
    Hop hop = hops.get(peer);
    return hop != null && hop.doubted;
  }

  /** Sends what can be sent. */
  void drain(long nowNanos) {
    drainAgain = true;
    if (draining) return;
    draining = true;
    while (drainAgain) {
      drainAgain = false;
      queue.drain(each -> send(each, nowNanos));
    }
    draining = false;
  }

  private boolean send(Held parcel, long nowNanos) {
    if (parcel.isExpired(nowNanos)) {
      fail(parcel, self, ParcelRefusal.EXPIRED);
      return true;
    }
    List<NextHop> open = candidates(parcel, nowNanos);
    if (open.isEmpty()) return waitForWay(parcel, nowNanos);
    parcel.giveUpNanos = OverlayMachine.NEVER;
    for (PeerId to = choose(open, parcel, nowNanos);
        to != null;
        to = choose(open, parcel, nowNanos)) {
      if (sendTo(to, parcel, nowNanos)) return true;
    }
    return false;
  }

  private boolean waitForWay(Held parcel, long nowNanos) {
    if (parcel.giveUpNanos == OverlayMachine.NEVER) {
      parcel.giveUpNanos = nowNanos + patienceNanos(parcel, nowNanos);
      wakeAt(parcel.giveUpNanos);
    }
    if (nowNanos < parcel.giveUpNanos) return false;
    fail(parcel, self, parcel.lastRefusal);
    return true;
  }

  /**
   * The origin waits for a way to appear. Others wait for the news that explains a refusal, and not at all if the only way is
   * back: who sent it may know another one.
   */
  private long patienceNanos(Held parcel, long nowNanos) {
    long patience = config.patience().toNanos();
    if (parcel.source == Held.Source.OWN) return patience;
    boolean onlyBack =
        parcel.tried.isEmpty() && !port.route(parcel.destination(), nowNanos).isEmpty();
    return onlyBack ? 0 : patience / 4;
  }

  /** By chance according to the shares; those without a share only if all others are paused or tried. Null if all have to wait. */
  private @Nullable PeerId choose(List<NextHop> open, Held parcel, long nowNanos) {
    boolean sharing = false;
    int total = 0;
    for (NextHop each : open) {
      if (isPaused(each.peer(), nowNanos) || each.sharePermille() == 0) continue;
      sharing = true;
      if (hasWindow(each.peer(), parcel)) total += each.sharePermille();
    }
    if (!sharing) return firstAlternative(open, parcel, nowNanos);
    if (total == 0) return null;
    int chance = random.nextInt(total);
    for (NextHop each : open) {
      if (isPaused(each.peer(), nowNanos) || !hasWindow(each.peer(), parcel)) continue;
      chance -= each.sharePermille();
      if (chance < 0) return each.peer();
    }
    return null;
  }

  private @Nullable PeerId firstAlternative(List<NextHop> open, Held parcel, long nowNanos) {
    boolean nearer = open.stream().anyMatch(NextHop::nearer);
    for (NextHop each : open) {
      if (nearer && !each.nearer()) break; // a detour does not help against what is full
      if (!isPaused(each.peer(), nowNanos) && hasWindow(each.peer(), parcel)) return each.peer();
    }
    return null;
  }

  private boolean isPaused(PeerId peer, long nowNanos) {
    Hop hop = hops.get(peer);
    return hop == null || hop.pausedUntilNanos > nowNanos;
  }

  private boolean hasWindow(PeerId peer, Held parcel) {
    Hop hop = hops.get(peer);
    if (hop == null) return false;
    return hop.sent.isEmpty() || hop.sentBytes + parcel.bytes <= config.windowBytes();
  }

  private boolean sendTo(PeerId to, Held parcel, long nowNanos) {
    Hop hop = hops.get(to);
    if (hop == null) return false;
    if (!port.send(to, parcel.onward(self, hop.linkMicros(), nowNanos))) {
      pause(hop, nowNanos + BUSY_NANOS);
      return false;
    }
    if (parcel.sentTo != null) rerouted++;
    hop.onSent(parcel, nowNanos, port.rttMicros(to));
    parcel.state = State.SENT;
    parcel.sentTo = to;
    parcel.sinceNanos = nowNanos;
    SeenParcels.Passage passage = seen.find(parcel.key);
    if (passage != null) passage.to = to;
    wakeAt(nowNanos + Math.min(config.takenTimeout().toNanos(), hop.patienceNanos()));
    return true;
  }

  private void pause(Hop hop, long untilNanos) {
    hop.pausedUntilNanos = Math.max(hop.pausedUntilNanos, untilNanos);
    wakeAt(untilNanos);
  }

  /**
   * The next hop answers for a parcel.
   *
   * @return false if it was never asked, or was not waited for any more
   */
  boolean onTaken(PeerId by, ParcelKey key, long nowNanos) {
    Hop hop = hops.get(by);
    Held parcel = hop == null ? null : hop.sent.get(key);
    if (hop == null || !hop.onAnswer(key, nowNanos)) return false;
    trust(by, hop);
    if (parcel == null) return true; // others were given it meanwhile
    hop.onTaken(nowNanos - parcel.sinceNanos);
    hop.unsend(parcel);
    charge(parcel, -parcel.bytes);
    parcel.state = State.COPY;
    parcel.sinceNanos = nowNanos;
    boolean there = by.equals(parcel.destination());
    if (!there) {
      copies.put(key, parcel);
      wakeAt(nowNanos + config.copyFor().toNanos());
    }
    listener.onTaken(parcel, by);
    if (there) {
      forget(parcel);
      listener.onDone(parcel);
    }
    return true;
  }

  /**
   * A next hop did not take a parcel, or gives it back.
   *
   * @return false if this node does not hold it, nor gave it to others because this one said nothing
   */
  boolean onRefused(PeerId by, ParcelKey key, ParcelRefusal why, long nowNanos) {
    Held parcel = held.get(key);
    Hop hop = hops.get(by);
    if (parcel == null || !by.equals(parcel.sentTo) || parcel.state == State.WAITING) {
      if (hop == null || !hop.onAnswer(key, nowNanos)) return false;
      trust(by, hop);
      return true;
    }
    // what was taken before is given back by a node further on
    boolean busy =
        why == ParcelRefusal.FULL && parcel.state == State.SENT && !by.equals(parcel.destination());
    if (hop != null) {
      hop.onSignOfLife(nowNanos);
      trust(by, hop);
      if (busy) pause(hop, nowNanos + config.fullPause().toNanos());
    }
    boolean unwilling = why == ParcelRefusal.FULL || why == ParcelRefusal.NOT_SERVED;
    // Of the parcels of others it is not known whether they are what the next hop should take.
    if (unwilling && parcel.source == Held.Source.OWN) port.blame(by, RelayFault.REFUSED);
    if (!busy) parcel.tried.add(by);
    parcel.lastRefusal = why;
    takeBack(parcel);
    boolean hopeless = why == ParcelRefusal.EXPIRED
        || (by.equals(parcel.destination()) && why != ParcelRefusal.SEEN);
    if (hopeless) fail(parcel, by, why);
    return true;
  }

  /** What was sent or taken waits again, as the first of its kind. */
  private void takeBack(Held parcel) {
    PeerId to = parcel.sentTo;
    Hop hop = to == null ? null : hops.get(to);
    if (hop != null) hop.unsend(parcel);
    if (parcel.state == State.COPY) {
      copies.remove(parcel.key);
      charge(parcel, parcel.bytes);
    }
    parcel.state = State.WAITING;
    queue.addFirst(parcel);
  }

  void onLinkUp(PeerId peer, long nowNanos) {
    hops.putIfAbsent(peer, new Hop(nowNanos));
  }

  void onLinkDown(PeerId peer) {
    Hop hop = hops.remove(peer);
    if (hop == null) return;
    List<Held> back = new ArrayList<>(hop.sent.values());
    for (Held copy : copies.values()) if (peer.equals(copy.sentTo)) back.add(copy);
    for (Held each : back.reversed()) {
      each.lastRefusal = ParcelRefusal.NO_ROUTE;
      takeBack(each);
    }
  }

  /**
   * A neighbour is silent: what it has not answered goes another way if there is one, and so does what it took a moment before.
   */
  void onDoubted(PeerId peer, long nowNanos) {
    Hop hop = hops.get(peer);
    if (hop == null) return;
    List<Held> back = new ArrayList<>();
    for (Held each : hop.sent.values()) {
      if (hasOtherWay(each, peer, nowNanos)) back.add(each);
    }
    if (back.isEmpty()) return;
    for (Held each : back) hop.onLate(each.key);
    hop.doubt(nowNanos);
    hop.replaced = back.stream().anyMatch(each -> !each.destination().equals(peer));
    port.onDoubt(peer);
    back.addAll(0, takenLately(hop, peer, nowNanos));
    for (Held each : back.reversed()) {
      each.tried.add(peer);
      takeBack(each);
    }
  }

  private boolean hasOtherWay(Held parcel, PeerId than, long nowNanos) {
    parcel.tried.add(than);
    boolean has = hasWay(parcel, nowNanos);
    parcel.tried.remove(than);
    return has;
  }

  /** What may have been lost with a neighbour although it took it: the last of it, a window full at most. */
  private List<Held> takenLately(Hop hop, PeerId by, long nowNanos) {
    List<Held> lately = new ArrayList<>();
    long left = config.windowBytes();
    for (Held copy : copies.sequencedValues().reversed()) {
      if (!by.equals(copy.sentTo)) continue;
      left -= copy.bytes;
      if (left < 0 || !hop.tookLately(copy)) break;
      if (hasOtherWay(copy, by, nowNanos)) lately.addFirst(copy);
    }
    return lately;
  }

  /** Nobody waits for {@link RelayConfig#takenTimeout}, or until health suspects a neighbour, if there is another way. */
  private void doubtSilentHops(long nowNanos) {
    for (Map.Entry<PeerId, Hop> each : List.copyOf(hops.entrySet())) {
      Hop hop = each.getValue();
      if (hop.sent.isEmpty() || hop.doubted) continue;
      if (nowNanos - hop.silentSinceNanos() >= hop.patienceNanos()) {
        if (!hop.silent) {
          hop.fallSilent(nowNanos); // before others are looked for, whose ways may lead over it
          port.onDoubt(each.getKey());
        }
        onDoubted(each.getKey(), nowNanos);
      }
    }
  }

  /** Ways are other ones: who refused for want of one may have one now. */
  void onRoutesChanged() {
    for (Held each : held.values()) {
      if (each.state == State.WAITING && each.giveUpNanos != OverlayMachine.NEVER) {
        each.tried.clear();
      }
    }
  }

  private void fail(Held parcel, PeerId by, ParcelRefusal why) {
    if (parcel.state == State.GONE) return;
    charge(parcel, -parcel.bytes);
    forget(parcel);
    listener.onFailed(parcel, by, why);
  }

  private void forget(Held parcel) {
    parcel.state = State.GONE;
    held.remove(parcel.key);
    bytes -= parcel.bytes;
  }

  private void wakeAt(long nanos) {
    deadlineNanos = Math.min(deadlineNanos, nanos);
  }

  long nextDeadlineNanos() {
    return deadlineNanos;
  }

  void onTimer(long nowNanos) {
    if (nowNanos < deadlineNanos) return;
    giveUpSilentHops(nowNanos);
    doubtSilentHops(nowNanos);
    dropOldCopies(nowNanos);
    if (nowNanos >= expiryNanos) {
      expiryNanos = nowNanos + EXPIRY_NANOS;
      expire(nowNanos);
    }
    deadlineNanos = OverlayMachine.NEVER;
    drain(nowNanos);
    arm(nowNanos);
  }

  private void giveUpSilentHops(long nowNanos) {
    long timeout = config.takenTimeout().toNanos();
    for (Map.Entry<PeerId, Hop> each : List.copyOf(hops.entrySet())) {
      Hop hop = each.getValue();
      boolean doubtEnds = hop.doubted && nowNanos - hop.doubtedNanos >= timeout;
      boolean owes = doubtEnds && hop.forgetLate();
      List<Held> late = hop.unansweredFor(timeout, nowNanos);
      if (!late.isEmpty()) hop.silentNanos = nowNanos;
      boolean owesNothing = hop.silent && !hop.doubted && hop.sent.isEmpty();
      boolean silenceEnds = owesNothing && nowNanos - hop.silentNanos >= timeout;
      if (doubtEnds || silenceEnds) trust(each.getKey(), hop);
      if (owes || !late.isEmpty()) port.blame(each.getKey(), RelayFault.SILENT);
      for (Held parcel : late.reversed()) {
        parcel.tried.add(each.getKey());
        takeBack(parcel);
      }
    }
  }

  private void dropOldCopies(long nowNanos) {
    Iterator<Held> oldest = copies.values().iterator();
    while (oldest.hasNext()) {
      Held copy = oldest.next();
      if (nowNanos - copy.sinceNanos < config.copyFor().toNanos()) break;
      oldest.remove();
      forget(copy);
      listener.onDone(copy);
    }
  }

  private void expire(long nowNanos) {
    for (Held each : List.copyOf(held.values())) {
      if (each.state != State.WAITING) continue;
      if (each.isExpired(nowNanos)) fail(each, self, ParcelRefusal.EXPIRED);
    }
  }

  /** When a neighbour that says nothing is to be looked at. */
  private long dueNanos(Hop hop, long nowNanos) {
    long timeout = config.takenTimeout().toNanos();
    if (hop.doubted) return Math.max(nowNanos + BUSY_NANOS, hop.doubtedNanos + timeout);
    if (hop.sent.isEmpty()) return Math.max(nowNanos + BUSY_NANOS, hop.silentNanos + timeout);
    long since = hop.silentSinceNanos();
    long doubt = since + hop.patienceNanos();
    if (doubt <= nowNanos) doubt = nowNanos + Hop.DOUBT_NANOS; // there may be another way then
    return Math.max(nowNanos + BUSY_NANOS, Math.min(doubt, since + timeout));
  }

  private void arm(long nowNanos) {
    for (Hop hop : hops.values()) {
      if (hop.silent || hop.doubted || !hop.sent.isEmpty()) wakeAt(dueNanos(hop, nowNanos));
      if (hop.pausedUntilNanos > nowNanos && !queue.isEmpty()) wakeAt(hop.pausedUntilNanos);
    }
    if (!copies.isEmpty()) {
      wakeAt(copies.values().iterator().next().sinceNanos + config.copyFor().toNanos());
    }
    if (queue.isEmpty()) return;
    wakeAt(expiryNanos);
    for (Held each : held.values()) {
      if (each.state == State.WAITING) wakeAt(Math.max(nowNanos + BUSY_NANOS, each.giveUpNanos));
    }
  }
}
