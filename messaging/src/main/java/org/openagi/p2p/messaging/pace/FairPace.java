package org.openagi.p2p.messaging.pace;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.Lane;

/**
 * Shares a limited number of bytes per second among peers, equally, and inside each peer among its lanes, by
 * weight: start-time fair queueing on two levels, with a budget for the whole and one for each peer.
 *
 * <p>A lane that has something to send calls {@link #request}. It gets a grant, a number of bytes it may send
 * now, or it waits: {@link #poll}, called at {@link #nextNanos} and after every change, returns the lanes
 * whose turn has come, each with its grant. What a lane sends it tells to {@link #spend}, and when it has no
 * more to send it gives the rest back by {@link #release}. A grant is charged when it is made, so grants that
 * are on their way to other threads count.
 *
 * <p>{@link Lane#URGENT} does not wait for its turn as long as the whole, its peer and the lane itself are
 * not further ahead of what they are due than {@link #boundBytes}; beyond that it queues with its weight, so a
 * flood of urgent messages neither breaks the limit for long nor starves the rest.
 *
 * <p>Whoever was idle joins at the present and not in the past: it gets its share from now on, not what it
 * left unused. Cost: logarithmic in the number of waiting peers. Bounded by the peers and lanes its user
 * makes, each of which waits at most once. Not safe for threads; its user has a lock.
 */
public final class FairPace {
  /** No moment at which anything would change by itself. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Least grant: below this headers and system calls cost too much. */
  public static final int MIN_GRANT_BYTES = 4 << 10;

  /** Largest grant: a chunk of the size that costs least. */
  public static final int MAX_GRANT_BYTES = 64 << 10;

  /** A grant is what the limit lets through in this time. */
  static final long GRANT_NANOS = 5_000_000;

  /** How far urgent messages may run ahead: what the limit lets through in this time … */
  static final long BOUND_NANOS = 100_000_000;

  /** … and this much. */
  static final long BOUND_BYTES = 16 << 10;

  /** Waiters are woken this much later than they could be, so that one waking serves several turns. */
  static final long WAKE_SLACK_NANOS = 500_000;

  private static final long SECOND_NANOS = 1_000_000_000;

  private final ByteBudget budget;

  /** Peers that wait and owe nothing themselves, least served first. */
  private final TreeSet<PacePeer> ready = new TreeSet<>(
      Comparator.comparingDouble(PacePeer::virtual).thenComparingLong(PacePeer::number));

  /** Peers that wait until they have paid their own debt, soonest first. */
  private final TreeSet<PacePeer> indebted =
      new TreeSet<>(Comparator.<PacePeer>comparingLong(peer -> peer.budget().paidAtNanos())
          .thenComparingLong(PacePeer::number));

  private long peers;
  private double clock;

  /**
   * A pace without peers.
   *
   * @param bytesPerSecond of all peers together, 0 for no limit
   */
  public FairPace(long bytesPerSecond, long nowNanos) {
    this.budget = new ByteBudget(checked(bytesPerSecond), nowNanos);
  }

  /** What a lane gets in proportion to the others of its peer. */
  static int weightOf(Lane lane) {
    return switch (lane) {
      case URGENT -> 8;
      case EXPRESS -> 4;
      case CONTROL, REPLY -> 2;
      case BULK -> 1;
    };
  }

  private static long checked(long bytesPerSecond) {
    if (bytesPerSecond >= 0) return bytesPerSecond;
    throw new IllegalArgumentException(
        bytesPerSecond + " bytes per second, 0 (no limit) and more are allowed");
  }

  /**
   * Adds a peer.
   *
   * @param bytesPerSecond its own limit beside that of the whole, 0 for none
   */
  public PacePeer addPeer(long bytesPerSecond, long nowNanos) {
    return new PacePeer(peers++, checked(bytesPerSecond), nowNanos);
  }

  /**
   * Adds a lane of a peer.
   *
   * @param onTurn what {@link PaceLane#onTurn} returns
   */
  public PaceLane addLane(PacePeer peer, Lane lane, Runnable onTurn) {
    return new PaceLane(peer, lane, onTurn);
  }

  /** Whether neither the whole nor this peer has a limit. */
  public boolean isUnlimited(PacePeer peer) {
    return budget.isUnlimited() && peer.budget().isUnlimited();
  }

  /** Bytes per second of the whole, 0 for no limit. */
  public long limit() {
    return budget.bytesPerSecond();
  }

  /** Bytes per second of a peer, 0 for no limit of its own. */
  public long limit(PacePeer peer) {
    return peer.budget().bytesPerSecond();
  }

  /** Sets the limit of the whole, 0 for none. */
  public void setLimit(long bytesPerSecond, long nowNanos) {
    budget.setRate(checked(bytesPerSecond), nowNanos);
  }

  /** Sets the limit of a peer, 0 for none of its own. */
  public void setLimit(PacePeer peer, long bytesPerSecond, long nowNanos) {
    boolean waiting = withdraw(peer);
    peer.budget().setRate(checked(bytesPerSecond), nowNanos);
    if (waiting) enqueue(peer, nowNanos);
  }

  /**
   * Asks for bytes to send.
   *
   * @return how many may be sent now; 0 if the lane has to wait until {@link #poll} returns it
   */
  public long request(PaceLane lane, long nowNanos) {
    if (lane.granted() > 0) return lane.granted();
    PacePeer peer = lane.peer();
    if (!lane.isWaiting()) {
      lane.catchUp(peer.laneClock());
      if (!peer.isWaiting()) peer.catchUp(clock);
    }
    boolean free = ready.isEmpty() && !peer.isWaiting();
    if (free && budget.isPaid(nowNanos) && peer.budget().isPaid(nowNanos)) {
      startTurn(peer, lane);
      grant(lane, nowNanos);
    } else if (lane.lane() == Lane.URGENT && mayOvertake(lane, nowNanos)) {
      stopWaiting(lane, nowNanos);
      grant(lane, nowNanos);
    } else {
      startWaiting(lane, nowNanos);
    }
    return lane.granted();
  }

  private boolean mayOvertake(PaceLane lane, long nowNanos) {
    PacePeer peer = lane.peer();
    return budget.debtBytes(nowNanos) < boundBytes(budget.bytesPerSecond())
        && peer.budget().debtBytes(nowNanos) < boundBytes(peer.budget().bytesPerSecond())
        && peer.virtual() - clock < boundBytes(rateOf(peer))
        && lane.leadBytes(peer.laneClock()) < boundBytes(rateOf(peer));
  }

  /** How far ahead of a limit urgent messages may be. */
  static long boundBytes(long bytesPerSecond) {
    return bytesOf(bytesPerSecond, BOUND_NANOS) + BOUND_BYTES;
  }

  /** The lower of the two limits of a peer, 0 if there is none. */
  private long rateOf(PacePeer peer) {
    long own = peer.budget().bytesPerSecond();
    long whole = budget.bytesPerSecond();
    if (own == 0 || whole == 0) return Math.max(own, whole);
    return Math.min(own, whole);
  }

  /** Tells what was sent. More than was granted is charged, too. Returns what is left of the grant. */
  public long spend(PaceLane lane, long bytes, long nowNanos) {
    long granted = Math.min(lane.granted(), bytes);
    lane.addGranted(-granted);
    if (bytes > granted) charge(lane, bytes - granted, nowNanos);
    return lane.granted();
  }

  /** The lane has nothing to send: gives back what it did not use, and waits no longer. */
  public void release(PaceLane lane, long nowNanos) {
    stopWaiting(lane, nowNanos);
    long unused = lane.granted();
    if (unused == 0) return;
    lane.addGranted(-unused);
    charge(lane, -unused, nowNanos);
  }

  /** The lane whose turn it is, with its grant; null if it is nobody's now. */
  public @Nullable PaceLane poll(long nowNanos) {
    wakeIndebted(nowNanos);
    if (ready.isEmpty() || !budget.isPaid(nowNanos)) return null;
    PacePeer peer = ready.first();
    PaceLane lane = peer.first();
    if (lane == null) throw new IllegalStateException("a peer waits without a lane");
    withdraw(peer);
    peer.remove(lane);
    startTurn(peer, lane);
    grant(lane, nowNanos);
    if (peer.isWaiting()) enqueue(peer, nowNanos);
    return lane;
  }

  private void wakeIndebted(long nowNanos) {
    while (!indebted.isEmpty() && indebted.first().budget().isPaid(nowNanos)) {
      PacePeer peer = indebted.pollFirst();
      if (peer != null) enqueue(peer, nowNanos);
    }
  }

  /** When {@link #poll} should be called next, if nothing else happens. */
  public long nextNanos() {
    long next = NEVER;
    if (!ready.isEmpty()) next = budget.paidAtNanos();
    if (!indebted.isEmpty()) {
      long paid = Math.max(indebted.first().budget().paidAtNanos(), budget.paidAtNanos());
      next = Math.min(next, paid);
    }
    return next == NEVER || next == Long.MIN_VALUE ? next : next + WAKE_SLACK_NANOS;
  }

  private void startTurn(PacePeer peer, PaceLane lane) {
    clock = Math.max(clock, peer.virtual());
    peer.startTurn(lane);
  }

  private void grant(PaceLane lane, long nowNanos) {
    long rate = rateOf(lane.peer());
    long bytes = rate == 0 ? MAX_GRANT_BYTES : bytesOf(rate, GRANT_NANOS);
    bytes = Math.max(MIN_GRANT_BYTES, Math.min(MAX_GRANT_BYTES, bytes));
    charge(lane, bytes, nowNanos);
    lane.addGranted(bytes);
  }

  private void charge(PaceLane lane, long bytes, long nowNanos) {
    PacePeer peer = lane.peer();
    boolean waiting = withdraw(peer);
    budget.charge(bytes, nowNanos);
    peer.budget().charge(bytes, nowNanos);
    peer.charge(bytes);
    lane.charge(bytes);
    if (waiting) enqueue(peer, nowNanos);
  }

  private void startWaiting(PaceLane lane, long nowNanos) {
    if (lane.isWaiting()) return;
    PacePeer peer = lane.peer();
    boolean waiting = withdraw(peer);
    peer.add(lane);
    if (!waiting) peer.catchUp(clock);
    enqueue(peer, nowNanos);
  }

  private void stopWaiting(PaceLane lane, long nowNanos) {
    if (!lane.isWaiting()) return;
    PacePeer peer = lane.peer();
    withdraw(peer);
    peer.remove(lane);
    if (peer.isWaiting()) enqueue(peer, nowNanos);
  }

  /** Takes a peer out of the order it waits in, before what that order goes by changes. */
  private boolean withdraw(PacePeer peer) {
    return peer.isWaiting() && (ready.remove(peer) || indebted.remove(peer));
  }

  private void enqueue(PacePeer peer, long nowNanos) {
    if (peer.budget().isPaid(nowNanos)) {
      peer.catchUp(clock);
      ready.add(peer);
    } else {
      indebted.add(peer);
    }
  }

  private static long bytesOf(long bytesPerSecond, long nanos) {
    return (long) ((double) bytesPerSecond * nanos / SECOND_NANOS);
  }
}
