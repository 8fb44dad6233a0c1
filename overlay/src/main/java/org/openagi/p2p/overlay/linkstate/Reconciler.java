package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Adverts;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Listing;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Summary;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Wish;

/**
 * Compares what two neighbours know: a summary of 64 hashes, what the other has where they differ, and what is missing on
 * either side. Repairs what gossip lost, joins what a partition parted, and brings a newcomer up to date.
 */
final class Reconciler {
  private static final int BUCKET_SHIFT = Long.SIZE - 6;

  /** Adverts of a frame are kept below this, so that a parcel never waits long behind one. */
  private static final int FRAME_BYTES = 16 << 10;

  private final AdvertTable table;
  private final LinkStatePort port;
  private final RandomGenerator random;
  private final OwnAdvert own;
  private final Consumer<LinkStateDrop> drops;
  private long sent;

  Reconciler(
      AdvertTable table,
      OwnAdvert own,
      LinkStatePort port,
      RandomGenerator random,
      Consumer<LinkStateDrop> drops) {
    this.table = table;
    this.own = own;
    this.port = port;
    this.random = random;
    this.drops = drops;
  }

  long sent() {
    return sent;
  }

  void begin(Neighbour with) {
    long salt = random.nextLong();
    List<Long> buckets = new ArrayList<>(LinkStateFrame.BUCKETS);
    for (long each : buckets(salt)) buckets.add(each);
    with.listingExpected = port.send(with.peer, new Summary(salt, buckets));
  }

  private long[] buckets(long salt) {
    long[] buckets = new long[LinkStateFrame.BUCKETS];
    for (int slot = 0; slot < table.size(); slot++) add(table.advert(slot), salt, buckets);
    LinkAdvert mine = own.advert();
    if (mine != null) add(mine, salt, buckets);
    return buckets;
  }

  private static void add(LinkAdvert advert, long salt, long[] buckets) {
    long origin = advert.originHash();
    buckets[bucketOf(origin)] ^= mix(mix(origin ^ salt) ^ advert.sequence());
  }

  private static int bucketOf(long origin) {
    return (int) (origin >>> BUCKET_SHIFT);
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Lists the buckets that differ, as many as fit, from a random one on so that all have their turn. */
  void onSummary(Neighbour from, Summary summary, long nowNanos) {
    if (!from.summaries.tryTake(1, nowNanos)) {
      drops.accept(LinkStateDrop.SUMMARY_TOO_OFTEN);
      return;
    }
    long[] mine = buckets(summary.salt());
    List<List<Listing.Entry>> entries = entries();
    List<Listing.Entry> listed = new ArrayList<>();
    long mask = 0;
    int start = random.nextInt(LinkStateFrame.BUCKETS);
    for (int i = 0; i < LinkStateFrame.BUCKETS; i++) {
      int bucket = (start + i) % LinkStateFrame.BUCKETS;
      if (mine[bucket] == summary.buckets().get(bucket)) continue;
      List<Listing.Entry> more = entries.get(bucket);
      if (listed.size() + more.size() > LinkStateFrame.MAX_ENTRIES) continue;
      listed.addAll(more);
      mask |= 1L << bucket;
    }
    if (mask != 0) port.send(from.peer, new Listing(mask, listed));
  }

  private List<List<Listing.Entry>> entries() {
    List<List<Listing.Entry>> buckets = new ArrayList<>(LinkStateFrame.BUCKETS);
    for (int i = 0; i < LinkStateFrame.BUCKETS; i++) buckets.add(new ArrayList<>(4));
    for (int slot = 0; slot < table.size(); slot++) {
      LinkAdvert each = table.advert(slot);
      long origin = each.originHash();
      buckets
          .get(bucketOf(origin))
          .add(new Listing.Entry(origin, each.sequence(), table.hops(slot)));
    }
    LinkAdvert mine = own.advert();
    if (mine != null) {
      long origin = mine.originHash();
      buckets.get(bucketOf(origin)).add(new Listing.Entry(origin, mine.sequence(), 0));
    }
    return buckets;
  }

  /**
   * Sends what the neighbour lacks and asks for what it has more of.
   *
   * @return how many adverts were asked for
   */
  int onListing(Neighbour from, Listing listing, int horizon, long nowNanos) {
    if (!from.listingExpected) {
      drops.accept(LinkStateDrop.LISTING_UNASKED);
      return 0;
    }
    from.listingExpected = false;
    Map<Long, Listing.Entry> theirs = new HashMap<>();
    List<Long> wished = new ArrayList<>();
    for (Listing.Entry each : listing.entries()) {
      theirs.put(each.origin(), each);
      if (isWanted(each, horizon, table, own)) wished.add(each.origin());
    }
    List<LinkAdvert> lacking = new ArrayList<>();
    for (int slot = 0; slot < table.size(); slot++) {
      addIfLacking(table.advert(slot), listing.buckets(), theirs, lacking);
    }
    LinkAdvert mine = own.advert();
    if (mine != null) addIfLacking(mine, listing.buckets(), theirs, lacking);
    if (!wished.isEmpty()) port.send(from.peer, new Wish(wished));
    send(from, lacking, nowNanos);
    return wished.size();
  }

  /** Whether an advert is newer than the one held, or near enough to be held. */
  static boolean isWanted(Listing.Entry entry, int horizon, AdvertTable table, OwnAdvert own) {
    LinkAdvert mine = own.advert();
    if (mine != null && mine.originHash() == entry.origin()) {
      return entry.sequence() > mine.sequence();
    }
    int slot = table.slotOfHash(entry.origin());
    if (slot == AdvertTable.NONE) return entry.hops() + 1 < horizon;
    return table.advert(slot).sequence() < entry.sequence();
  }

  private static void addIfLacking(
      LinkAdvert advert, long buckets, Map<Long, Listing.Entry> theirs, List<LinkAdvert> lacking) {
    long origin = advert.originHash();
    if ((buckets >>> bucketOf(origin) & 1) == 0) return;
    Listing.Entry known = theirs.get(origin);
    if (known == null || known.sequence() < advert.sequence()) lacking.add(advert);
  }

  void onWish(Neighbour from, Wish wish, long nowNanos) {
    List<LinkAdvert> wished = new ArrayList<>(wish.origins().size());
    LinkAdvert mine = own.advert();
    for (long origin : wish.origins()) {
      int slot = table.slotOfHash(origin);
      if (slot != AdvertTable.NONE) wished.add(table.advert(slot));
      else if (mine != null && mine.originHash() == origin) wished.add(mine);
    }
    send(from, wished, nowNanos);
  }

  /** Sends as many as the neighbour may have at a time, and stops when it can take no more. */
  private void send(Neighbour to, List<LinkAdvert> adverts, long nowNanos) {
    List<LinkAdvert> frame = new ArrayList<>();
    int bytes = 0;
    for (LinkAdvert each : adverts) {
      if (!to.served.tryTake(1, nowNanos)) {
        drops.accept(LinkStateDrop.SERVED_TOO_MUCH);
        break;
      }
      if (frame.size() == LinkStateFrame.MAX_ADVERTS
          || (!frame.isEmpty() && bytes + each.wireBytes() > FRAME_BYTES)) {
        if (!flush(to, frame)) return;
        bytes = 0;
      }
      frame.add(each);
      bytes += each.wireBytes();
    }
    if (!frame.isEmpty()) flush(to, frame);
  }

  private boolean flush(Neighbour to, List<LinkAdvert> frame) {
    boolean taken = port.send(to.peer, new Adverts(frame));
    if (taken) sent += frame.size();
    frame.clear();
    return taken;
  }
}
