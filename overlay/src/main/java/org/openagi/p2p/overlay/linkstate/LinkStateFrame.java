package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.overlay.OverlayFrame;

/**
 * Frames of the link state, 0x40 to 0x4f.
 *
 * @see "docs/wire/overlay-linkstate.md, section 3"
 */
public sealed interface LinkStateFrame extends OverlayFrame {
  /** Most adverts in a frame. */
  int MAX_ADVERTS = 16;

  /** Buckets of a summary. */
  int BUCKETS = 64;

  /** Most entries of a listing or a wish. */
  int MAX_ENTRIES = 512;

  /** Adverts, new or asked for: 1 to {@link #MAX_ADVERTS}. */
  record Adverts(List<LinkAdvert> adverts) implements LinkStateFrame {
    static final int TYPE = 0x40;

    /** Validates and copies. */
    public Adverts {
      adverts = List.copyOf(adverts);
      if (adverts.isEmpty() || adverts.size() > MAX_ADVERTS) {
        throw new IllegalArgumentException("frame of " + adverts.size() + " adverts");
      }
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(adverts.size());
      for (LinkAdvert each : adverts) each.write(out);
    }
  }

  /**
   * What the sender knows, in brief: for each bucket of origins the exclusive or of a salted hash of each advert's origin and
   * sequence.
   */
  record Summary(long salt, List<Long> buckets) implements LinkStateFrame {
    static final int TYPE = 0x41;

    /** Validates and copies. */
    public Summary {
      buckets = List.copyOf(buckets);
      if (buckets.size() != BUCKETS) {
        throw new IllegalArgumentException("summary of " + buckets.size() + " buckets");
      }
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.u64(salt);
      for (long each : buckets) out.u64(each);
    }
  }

  /**
   * The answer to a summary: what the sender has in the buckets that differ.
   *
   * @param buckets a bit for each bucket that is listed in full; the lowest is that of bucket 0
   */
  record Listing(long buckets, List<Entry> entries) implements LinkStateFrame {
    static final int TYPE = 0x42;

    /**
     * An advert that the sender has.
     *
     * @param origin last 8 bytes of the origin's id
     * @param sequence its number
     * @param hops links between the sender and the origin, 255 if unknown
     */
    public record Entry(long origin, long sequence, int hops) {}

    /** Validates and copies. */
    public Listing {
      entries = List.copyOf(entries);
      if (entries.size() > MAX_ENTRIES) {
        throw new IllegalArgumentException("listing of " + entries.size() + " entries");
      }
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.u64(buckets).varint(entries.size());
      writeEntries(entries, out);
    }
  }

  /** Asks for the adverts of origins, named by the last 8 bytes of their ids. */
  record Wish(List<Long> origins) implements LinkStateFrame {
    static final int TYPE = 0x43;

    /** Validates and copies. */
    public Wish {
      origins = List.copyOf(origins);
      if (origins.isEmpty() || origins.size() > MAX_ENTRIES) {
        throw new IllegalArgumentException("wish of " + origins.size() + " origins");
      }
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(origins.size());
      for (long each : origins) out.u64(each);
    }
  }

  /** Adverts that came to the sender since it last told this neighbour: 1 to {@link #MAX_ENTRIES}. */
  record News(List<Listing.Entry> entries) implements LinkStateFrame {
    static final int TYPE = 0x44;

    /** Validates and copies. */
    public News {
      entries = List.copyOf(entries);
      if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
        throw new IllegalArgumentException("news of " + entries.size() + " adverts");
      }
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(entries.size());
      writeEntries(entries, out);
    }
  }

  private static void writeEntries(List<Listing.Entry> entries, WireWriter out) {
    for (Listing.Entry each : entries) {
      out.u64(each.origin()).varint(each.sequence()).u8(each.hops());
    }
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) if it is malformed, beyond a limit or of an unknown type
   */
  static LinkStateFrame decode(int type, WireReader body) throws ProtocolViolationException {
    LinkStateFrame frame =
        switch (type) {
          case Adverts.TYPE -> adverts(body);
          case Summary.TYPE -> new Summary(body.u64("salt"), longs(body, BUCKETS, "bucket"));
          case Listing.TYPE -> listing(body);
          case Wish.TYPE ->
            new Wish(longs(body, (int) body.varint(1, MAX_ENTRIES, "wishes"), "wish"));
          case News.TYPE -> new News(entries(body, (int) body.varint(1, MAX_ENTRIES, "news")));
          default ->
            throw WireReader.violation("link state frame of type 0x" + Integer.toHexString(type));
        };
    body.unknownOptions("link state frame");
    return frame;
  }

  private static Adverts adverts(WireReader body) throws ProtocolViolationException {
    int count = body.u8("number of adverts");
    if (count < 1 || count > MAX_ADVERTS) {
      throw WireReader.violation(count + " adverts in a frame, allowed are 1 to " + MAX_ADVERTS);
    }
    List<LinkAdvert> adverts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) adverts.add(LinkAdvert.decode(body));
    return new Adverts(adverts);
  }

  private static Listing listing(WireReader body) throws ProtocolViolationException {
    long buckets = body.u64("buckets");
    return new Listing(buckets, entries(body, (int) body.varint(0, MAX_ENTRIES, "entries")));
  }

  private static List<Listing.Entry> entries(WireReader body, int count)
      throws ProtocolViolationException {
    List<Listing.Entry> entries = new ArrayList<>(Math.min(count, body.remaining() / 10));
    for (int i = 0; i < count; i++) {
      entries.add(new Listing.Entry(
          body.u64("origin"), body.varint(0, Long.MAX_VALUE, "sequence"), body.u8("hops")));
    }
    return entries;
  }

  private static List<Long> longs(WireReader body, int count, String field)
      throws ProtocolViolationException {
    List<Long> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) values.add(body.u64(field));
    return values;
  }
}
