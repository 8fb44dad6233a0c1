package org.openagi.p2p.messaging.parcel;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.carry.SectionWriter;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.parcel.Section.Place;

/**
 * Cuts a lane into sections: messages that share a ttl, as many as fit; a long payload alone, in parts whose borders never
 * change. Confined to its user.
 */
final class SectionBuilder {
  /** Payloads and headers of a section before compression. */
  static final int MAX_RAW_BYTES = 240 << 10;

  /** A longer payload is cut at multiples of this. */
  static final int PART_BYTES = 192 << 10;

  /** Most numbers in a section. */
  static final int MAX_MESSAGES = 16_384;

  /** What an entry takes besides its payload, at most but for a long id. */
  private static final int ENTRY_BYTES = 64;

  /** How long it is worth telling that messages were given up. */
  private static final long HOLES_LIVE_NANOS = 60_000_000_000L;

  /**
   * A section and what is to be known of the messages in it.
   *
   * @param entries those that are begun or ended in it
   * @param ttl of all of them
   * @param deadlineNanos when the last of their lifetimes ends
   */
  record Built(Section section, List<OutboxEntry> entries, int ttl, long deadlineNanos) {}

  private final ChunkEncoder encoder;
  private final @Nullable AdaptiveCompression compression;

  // Of the section that is being built.
  private int ttl;
  private long rawBytes;
  private int counted;
  private long blockedNanos;
  private Bytes replyKey = Bytes.EMPTY;

  SectionBuilder(ChunkEncoder encoder, @Nullable ZstdCompressor zstd) {
    this.encoder = encoder;
    this.compression = zstd == null ? null : new AdaptiveCompression(zstd);
    if (compression != null) compression.useDictionary();
  }

  /** What receipts are to be sealed with. */
  void setReplyKey(Bytes key) {
    replyKey = key;
  }

  /** When the message ends that the last section stopped before, because it is too short-lived; 0 if it did not. */
  long blockedNanos() {
    return blockedNanos;
  }

  /** Nothing but what the sender knows to be settled. */
  Section greeting(Lane lane, SendLane from) {
    Place start = new Place(from.firstUnsettled(), 0);
    return new Section(hello(lane, from), replyKey, start, start, Bytes.EMPTY);
  }

  /**
   * Builds a section from a place on.
   *
   * @param until where it ends at the latest, null for no such place
   * @param livesBeyondNanos stops before a message whose lifetime ends before this
   * @return null if there is nothing to send
   */
  @Nullable
  Built build(
      Lane lane,
      SendLane from,
      Place start,
      @Nullable Place until,
      long livesBeyondNanos,
      long epochMillis) {
    blockedNanos = 0;
    Place begin =
        start.number() < from.firstUnsettled() ? new Place(from.firstUnsettled(), 0) : start;
    List<OutboxEntry> entries =
        limited(from.route(begin.number(), MAX_MESSAGES, MAX_RAW_BYTES), until);
    if (entries.isEmpty() || entries.getFirst().number() < begin.number()) return null;
    OutboxEntry first = entries.getFirst();
    if (first.isEnded()) begin = new Place(begin.number(), 0);
    boolean isLong = !first.isEnded() && first.message().payload().length() > PART_BYTES;
    if (isLong) entries = entries.subList(0, 1);
    int cut = isLong ? (begin.offset() / PART_BYTES + 1) * PART_BYTES : SectionWriter.UNCUT;
    return write(lane, from, begin, cut, entries, livesBeyondNanos, epochMillis);
  }

  private static List<OutboxEntry> limited(List<OutboxEntry> entries, @Nullable Place until) {
    if (until == null) return entries;
    long end = until.offset() > 0 ? until.number() + 1 : until.number();
    int count = 0;
    while (count < entries.size() && entries.get(count).number() < end) count++;
    return entries.subList(0, count);
  }

  private @Nullable Built write(
      Lane lane,
      SendLane from,
      Place begin,
      int cut,
      List<OutboxEntry> entries,
      long livesBeyondNanos,
      long epochMillis) {
    ttl = -1;
    rawBytes = 0;
    counted = -1;
    SectionWriter writer = new SectionWriter(encoder, compression);
    writer.begin(
        begin.number(),
        begin.offset(),
        cut,
        epochMillis,
        entries,
        (entry, written) -> hasRoom(entry, written, livesBeyondNanos));
    ByteArrayOutputStream chunks = new ByteArrayOutputStream(4 << 10);
    if (begin.offset() > 0) ttl = entries.getFirst().message().ttl();
    for (boolean starts = true; writer.hasMore(); starts = false) {
      writer.writeChunk(starts);
      chunks.write(encoder.array(), encoder.frameOffset(), encoder.frameLength());
    }
    if (chunks.size() == 0) return null;
    Place end = new Place(writer.number(), writer.offset());
    int count = (int) (end.number() - begin.number()) + (end.offset() > 0 ? 1 : 0);
    List<OutboxEntry> written = List.copyOf(entries.subList(0, count));
    long deadline = written.stream()
        .filter(entry -> !entry.isEnded())
        .mapToLong(OutboxEntry::deadlineNanos)
        .max()
        .orElse(livesBeyondNanos + HOLES_LIVE_NANOS);
    Section section =
        new Section(hello(lane, from), replyKey, begin, end, Bytes.wrap(chunks.toByteArray()));
    return new Built(section, written, ttl, deadline);
  }

  private boolean hasRoom(OutboxEntry entry, int written, long livesBeyondNanos) {
    if (entry.isEnded() || written <= counted) return true; // each chunk asks again for its first
    if (entry.isTied() || entry.deadlineNanos() < livesBeyondNanos) {
      blockedNanos = entry.deadlineNanos();
      return false;
    }
    int length = entry.message().payload().length();
    boolean fits =
        written == 0 || (length <= PART_BYTES && rawBytes + length + ENTRY_BYTES <= MAX_RAW_BYTES);
    if (!fits || (ttl >= 0 && ttl != entry.message().ttl())) return false;
    counted = written;
    rawBytes += length + ENTRY_BYTES;
    ttl = entry.message().ttl();
    return true;
  }

  private Hello hello(Lane lane, SendLane from) {
    return new Hello(
        WireLimits.VERSION,
        lane.number(),
        compression == null ? 0 : WireLimits.FEATURE_DICTIONARY,
        from.epoch(),
        from.firstUnsettled(),
        from.lifetime().toMillis());
  }
}
