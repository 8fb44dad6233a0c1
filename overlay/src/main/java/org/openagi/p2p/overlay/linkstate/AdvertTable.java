package org.openagi.p2p.overlay.linkstate;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The adverts that a node holds, one an origin, in slots without gaps. Flat, because a simulation holds ten thousand of these:
 * some 30 bytes a slot, the shared advert apart, and 4 bytes a link while ways are asked for. A removal moves the last slot into the gap.
 */
final class AdvertTable {
  /** Hops to a node that no link joins to this one. */
  static final int UNKNOWN_HOPS = 255;

  static final int NONE = -1;

  private static final int FIRST_SLOTS = 16;

  private LinkAdvert[] adverts = new LinkAdvert[FIRST_SLOTS];
  private int[] expiresTicks = new int[FIRST_SLOTS];
  private int[] acceptedTicks = new int[FIRST_SLOTS];
  private byte[] credits = new byte[FIRST_SLOTS];
  private byte[] hops = new byte[FIRST_SLOTS];
  private int[] @Nullable [] linked = new int[FIRST_SLOTS][];
  private int[] index = emptyIndex(4 * FIRST_SLOTS);
  private int size;

  private static int[] emptyIndex(int length) {
    int[] empty = new int[length];
    Arrays.fill(empty, NONE);
    return empty;
  }

  int size() {
    return size;
  }

  LinkAdvert advert(int slot) {
    return adverts[slot];
  }

  /** The slot of an origin, or {@link #NONE}. */
  int slotOf(PeerId origin) {
    return slotOf(origin, Peers.hash(origin));
  }

  /** The same with {@link Peers#hash} of the origin known. */
  int slotOf(PeerId origin, long hash) {
    int mask = index.length - 1;
    for (int at = home(hash, mask); index[at] != NONE; at = (at + 1) & mask) {
      LinkAdvert each = adverts[index[at]];
      if (each.originHash() == hash && each.origin().equals(origin)) return index[at];
    }
    return NONE;
  }

  /** The slot of the origin whose id ends with 8 bytes, or {@link #NONE}. */
  int slotOfHash(long hash) {
    int mask = index.length - 1;
    for (int at = home(hash, mask); index[at] != NONE; at = (at + 1) & mask) {
      if (adverts[index[at]].originHash() == hash) return index[at];
    }
    return NONE;
  }

  @Nullable
  LinkAdvert find(PeerId origin) {
    int slot = slotOf(origin);
    return slot == NONE ? null : adverts[slot];
  }

  /** Puts an advert in the place of its origin's last one or into a new slot, which is returned. */
  int put(LinkAdvert advert, int expiresTick) {
    int slot = slotOf(advert.origin());
    if (slot == NONE) {
      slot = size++;
      if (slot == adverts.length) grow();
      adverts[slot] = advert;
      hops[slot] = (byte) UNKNOWN_HOPS;
      link(slot);
      forgetLinked();
    }
    adverts[slot] = advert;
    linked[slot] = null;
    expiresTicks[slot] = expiresTick;
    return slot;
  }

  private void grow() {
    int length = 2 * adverts.length;
    adverts = Arrays.copyOf(adverts, length);
    expiresTicks = Arrays.copyOf(expiresTicks, length);
    acceptedTicks = Arrays.copyOf(acceptedTicks, length);
    credits = Arrays.copyOf(credits, length);
    hops = Arrays.copyOf(hops, length);
    linked = Arrays.copyOf(linked, length);
    index = emptyIndex(2 * length);
    for (int slot = 0; slot < size - 1; slot++) link(slot);
  }

  private void link(int slot) {
    int mask = index.length - 1;
    int at = home(adverts[slot].originHash(), mask);
    while (index[at] != NONE) at = (at + 1) & mask;
    index[at] = slot;
  }

  /** Forgets a slot; the last one takes its number. */
  void remove(int slot) {
    forgetLinked();
    unlink(slot);
    int last = --size;
    if (slot != last) {
      index[positionOf(last)] = slot;
      adverts[slot] = adverts[last];
      expiresTicks[slot] = expiresTicks[last];
      acceptedTicks[slot] = acceptedTicks[last];
      credits[slot] = credits[last];
      hops[slot] = hops[last];
    }
    clear(last);
  }

  @SuppressWarnings("NullAway") // slots from size on hold nothing, and nobody looks there
  private void clear(int slot) {
    adverts[slot] = null;
    acceptedTicks[slot] = 0;
    credits[slot] = 0;
  }

  private int positionOf(int slot) {
    int mask = index.length - 1;
    int at = home(adverts[slot].originHash(), mask);
    while (index[at] != slot) at = (at + 1) & mask;
    return at;
  }

  /** Takes a slot out of the index and closes the gap, so that no search ends at it. */
  private void unlink(int slot) {
    int mask = index.length - 1;
    int gap = positionOf(slot);
    for (int at = (gap + 1) & mask; index[at] != NONE; at = (at + 1) & mask) {
      int home = home(adverts[index[at]].originHash(), mask);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        index[gap] = index[at];
        gap = at;
      }
    }
    index[gap] = NONE;
  }

  /**
   * Where the links of a slot's advert lead to, in their order: slots, or {@link #NONE} for an origin of which there is no
   * advert. Kept until slots come or go: looking them up takes most of the time that a graph takes. Not to be changed.
   */
  int[] linkedSlots(int slot) {
    int[] known = linked[slot];
    if (known == null) {
      known = lookUp(adverts[slot]);
      linked[slot] = known;
    }
    return known;
  }

  private int[] lookUp(LinkAdvert advert) {
    List<AdvertLink> links = advert.statement().links();
    long[] hashes = advert.linkHashes();
    int[] slots = new int[hashes.length];
    for (int i = 0; i < slots.length; i++) slots[i] = slotOf(links.get(i).peer(), hashes[i]);
    return slots;
  }

  /** Forgets what {@link #linkedSlots} looked up. */
  void forgetLinked() {
    Arrays.fill(linked, 0, size, null);
  }

  private static int home(long hash, int mask) {
    return (int) ((hash * 0x9E3779B97F4A7C15L) >>> 32) & mask;
  }

  int expiresTick(int slot) {
    return expiresTicks[slot];
  }

  int hops(int slot) {
    return hops[slot] & 0xff;
  }

  void setHops(int slot, int value) {
    hops[slot] = (byte) Math.min(value, UNKNOWN_HOPS);
  }

  /**
   * Takes one of the credits that an origin has for new adverts: so many at most, and another one after each pause.
   *
   * @return whether there was one
   */
  boolean takeCredit(int slot, int tick, int most, int pauseTicks) {
    int gained = (tick - acceptedTicks[slot]) / pauseTicks;
    int credit = Math.min(most, credits[slot] + gained);
    if (gained > 0) acceptedTicks[slot] += gained * pauseTicks;
    credits[slot] = (byte) Math.max(0, credit - 1);
    return credit > 0;
  }

  /** Gives a new origin all its credits. */
  void fillCredit(int slot, int tick, int most) {
    acceptedTicks[slot] = tick;
    credits[slot] = (byte) most;
  }
}
