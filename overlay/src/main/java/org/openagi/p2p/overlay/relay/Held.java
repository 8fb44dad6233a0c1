package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.relay.RelayFrame.Carry;

/** A parcel that this node answers for, or that it holds a copy of for a while after the next hop took it. */
final class Held {
  /** What a parcel takes beside its content, roughly: objects, tables, ids. */
  private static final long OVERHEAD_BYTES = 512;

  /** Where it came from. */
  enum Source {
    OWN,
    NEIGHBOUR,
    MAILBOX
  }

  /** How far it is. */
  enum State {
    /** In the queue. */
    WAITING,
    /** Sent, not yet answered. */
    SENT,
    /** Taken by the next hop; a copy in case that this comes to nothing. */
    COPY,
    /** Not held any more. */
    GONE
  }

  final ParcelKey key;
  final Carry carry;
  final Source source;
  final PeerId from;
  final @Nullable PeerId avoid;
  final long arrivedNanos;
  final long bytes;

  /** Neighbours that could not get it on; not asked again. */
  final List<PeerId> tried = new ArrayList<>(2);

  State state = State.WAITING;

  @Nullable
  PeerId sentTo;

  /** When it was sent or taken. */
  long sinceNanos;

  /** Until when a way has to appear; never while there is one. */
  long giveUpNanos = OverlayMachine.NEVER;

  /** Why the last neighbour did not take it. */
  ParcelRefusal lastRefusal = ParcelRefusal.NO_ROUTE;

  /**
   * A parcel that arrived.
   *
   * @param from the neighbour it came by, or this node
   */
  Held(Carry carry, Source source, PeerId from, @Nullable PeerId avoid, long nowNanos) {
    this.key = carry.key();
    this.carry = carry;
    this.source = source;
    this.from = from;
    this.avoid = avoid;
    this.arrivedNanos = nowNanos;
    this.bytes = carry.parcel().sealed().length() + OVERHEAD_BYTES;
  }

  PeerId destination() {
    return carry.destination();
  }

  /** Whether it came from there or was refused there. */
  boolean isBehind(PeerId peer) {
    if (peer.equals(from) || tried.contains(peer)) return true;
    List<Parcel.Hop> trail = carry.parcel().trail();
    for (int i = carry.leg(); i < trail.size(); i++) {
      if (trail.get(i).node().equals(peer)) return true;
    }
    return false;
  }

  private long heldMillis(long nowNanos) {
    return (nowNanos - arrivedNanos) / 1_000_000;
  }

  boolean isExpired(long nowNanos) {
    return carry.parcel().lifetimeMillis() <= heldMillis(nowNanos);
  }

  /**
   * What goes to the next hop: one hop less, the time it was here gone, this node in its trail.
   *
   * @param linkMicros as in {@link Parcel.Hop}
   */
  Carry onward(PeerId self, long linkMicros, long nowNanos) {
    Parcel parcel = carry.parcel();
    List<Parcel.Hop> trail = new ArrayList<>(parcel.trail().size() + 1);
    trail.addAll(parcel.trail());
    // the mailbox noted the time that it was kept
    long micros = source == Source.MAILBOX
        ? trail.removeLast().heldMicros()
        : Math.max(0, (nowNanos - arrivedNanos) / 1000);
    trail.add(new Parcel.Hop(self, Math.min(Parcel.MAX_HELD_MICROS, micros), linkMicros));
    Parcel next = new Parcel(
        parcel.id(),
        parcel.to(),
        source == Source.NEIGHBOUR ? parcel.ttl() - 1 : parcel.ttl(),
        Math.max(0, parcel.lifetimeMillis() - heldMillis(nowNanos)),
        parcel.keep(),
        trail,
        parcel.sealed());
    return new Carry(carry.copy(), carry.keeper(), carry.report(), carry.leg(), next);
  }
}
