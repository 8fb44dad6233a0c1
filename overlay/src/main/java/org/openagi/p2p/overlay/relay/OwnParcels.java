package org.openagi.p2p.overlay.relay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Held.Source;
import org.openagi.p2p.overlay.relay.RelayFrame.Carry;

/**
 * Parcels of this node: each goes to its recipient or, if that is away, in several copies to nodes that keep its mail. What
 * becomes of the copies is told as one.
 */
final class OwnParcels {
  /** Hears of parcels: of each one taken at most once, and one refused, the last, unless a copy is where it should be. */
  interface Listener {
    void onTaken(Bytes id, PeerId by);

    void onRefused(Bytes id, PeerId by, ParcelRefusal why);
  }

  /** Who keeps mail for a recipient. */
  interface KeepersOf {
    List<PeerId> choose(PeerId recipient, long nowNanos);
  }

  private static final class Own {
    /** Copies on their way, the first of which is about to be sent. */
    int open = 1;

    boolean taken;

    /** A copy is where it should be. */
    boolean done;

    /** Why the last copy that failed did. */
    @Nullable
    ParcelRefusal why;
  }

  private final PeerId self;
  private final Custody custody;
  private final SeenParcels seen;
  private final @Nullable Mailbox mailbox;
  private final KeepersOf keepers;
  private final Listener listener;
  private final Map<Bytes, Own> all = new HashMap<>();

  OwnParcels(
      PeerId self,
      Custody custody,
      SeenParcels seen,
      @Nullable Mailbox mailbox,
      KeepersOf keepers,
      Listener listener) {
    this.self = self;
    this.custody = custody;
    this.seen = seen;
    this.mailbox = mailbox;
    this.keepers = keepers;
    this.listener = listener;
  }

  /** Why a parcel can't be sent whatever the ways are; null if it can. */
  @Nullable
  ParcelRefusal refusal(Parcel parcel) {
    if (parcel.ttl() < 1) return ParcelRefusal.TTL_EXCEEDED;
    if (parcel.lifetimeMillis() < 1) return ParcelRefusal.EXPIRED;
    if (parcel.to().equals(self)) return ParcelRefusal.NO_ROUTE;
    return all.containsKey(parcel.id()) ? ParcelRefusal.SEEN : null;
  }

  /** Sends a parcel for which {@link #refusal} found nothing. */
  void send(Parcel parcel, @Nullable PeerId avoid, long nowNanos) {
    all.put(parcel.id(), new Own());
    Held held = new Held(
        new Carry(0, Optional.empty(), false, 0, parcel), Source.OWN, self, avoid, nowNanos);
    ParcelRefusal notSent = send(held, nowNanos);
    boolean away = notSent == ParcelRefusal.NO_ROUTE && sendToKeepers(parcel, nowNanos);
    close(parcel.id(), self, away ? null : notSent);
  }

  private @Nullable ParcelRefusal send(Held held, long nowNanos) {
    if (!custody.hasWay(held, nowNanos)) return ParcelRefusal.NO_ROUTE;
    if (!custody.accept(held, nowNanos)) return ParcelRefusal.FULL;
    Own mine = all.get(held.key.id());
    if (mine != null) mine.open++;
    seen.add(held.key, self, nowNanos);
    custody.drain(nowNanos);
    return null;
  }

  /** Returns whether there is a node that keeps it. */
  private boolean sendToKeepers(Parcel parcel, long nowNanos) {
    if (!parcel.keep()) return false;
    boolean any = false;
    int copy = 0;
    for (PeerId keeper : keepers.choose(parcel.to(), nowNanos)) {
      copy++;
      Carry carry = new Carry(copy, Optional.of(keeper), false, 0, parcel);
      if (keeper.equals(self)) {
        any |= keep(carry);
      } else {
        Held held = new Held(carry, Source.OWN, self, null, nowNanos);
        any |= send(held, nowNanos) == null;
      }
    }
    return any;
  }

  private boolean keep(Carry carry) {
    Bytes id = carry.parcel().id();
    Mailbox box = mailbox;
    Own mine = all.get(id);
    if (box == null || mine == null) return false;
    mine.open++;
    box.deposit(carry, self, why -> {
      if (why == null) {
        mine.done = true;
        onTaken(id, self);
      }
      close(id, self, why);
    });
    return true;
  }

  /** Somebody answers for a copy. */
  void onTaken(Bytes id, PeerId by) {
    Own mine = all.get(id);
    if (mine == null || mine.taken) return;
    mine.taken = true;
    listener.onTaken(id, by);
  }

  /** A copy will not come back. */
  void onDone(Held held) {
    Own mine = all.get(held.key.id());
    if (mine == null) return;
    mine.done = true;
    close(held.key.id(), self, null);
  }

  /** A copy came to nothing. If the way to the recipient was lost, those who keep mail get it with the time that is left. */
  void onFailed(Held held, PeerId by, ParcelRefusal why, long nowNanos) {
    Parcel parcel = held.carry.parcel();
    boolean wayLost = why == ParcelRefusal.NO_ROUTE && held.carry.keeper().isEmpty();
    if (wayLost && !held.isExpired(nowNanos)) {
      Parcel now = held.onward(self, 0, nowNanos).parcel();
      Parcel again = new Parcel(
          parcel.id(),
          parcel.to(),
          parcel.ttl(),
          now.lifetimeMillis(),
          parcel.keep(),
          parcel.trail(),
          parcel.sealed());
      if (sendToKeepers(again, nowNanos)) {
        close(parcel.id(), by, null);
        return;
      }
    }
    close(parcel.id(), by, why);
  }

  /** One copy less is on its way; with the last one, if none is where it should be, the parcel has failed. */
  private void close(Bytes id, PeerId by, @Nullable ParcelRefusal why) {
    Own mine = all.get(id);
    if (mine == null) return;
    if (why != null) mine.why = why;
    if (--mine.open > 0) return;
    all.remove(id);
    if (!mine.done && mine.why != null) listener.onRefused(id, by, mine.why);
  }
}
