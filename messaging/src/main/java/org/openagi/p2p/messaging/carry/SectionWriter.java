package org.openagi.p2p.messaging.carry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.codec.ChunkCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * Writes messages of a lane as chunks, from any place on. Confined to its user.
 *
 * <p>Use: {@link #begin}, then as long as {@link #hasMore}: {@link #writeChunk} and take the frame out of the encoder.
 */
public final class SectionWriter {
  /** Decides whether a message is written. */
  @FunctionalInterface
  public interface Room {
    /**
     * Whether there is room for an entry. One that has ended takes a byte or two.
     *
     * @param written messages and holes since {@link #begin}
     */
    boolean has(OutboxEntry entry, int written);
  }

  /** Payloads are not cut, but for the needs of chunks. */
  public static final int UNCUT = Integer.MAX_VALUE;

  private final ChunkEncoder encoder;
  private final @Nullable ChunkCompressor compressor;
  private List<OutboxEntry> entries = List.of();
  private Room room = (entry, written) -> true;
  private long epochMillis;
  private int cutAt;
  private long number;
  private int next;
  private int offset;
  private boolean full;
  private int messages;

  /**
   * A writer.
   *
   * @param encoder may serve others between a chunk that was taken out and the next
   * @param compressor tried on each chunk, null for none
   */
  public SectionWriter(ChunkEncoder encoder, @Nullable ChunkCompressor compressor) {
    this.encoder = encoder;
    this.compressor = compressor;
  }

  /**
   * Begins a run.
   *
   * @param first number of the first entry
   * @param startOffset bytes of its payload that were written before
   * @param endOffset the run ends where a payload reaches this, or {@link #UNCUT}
   * @param nowEpochMillis time of creation of messages that have none
   * @param from entries with consecutive numbers
   */
  public void begin(
      long first,
      int startOffset,
      int endOffset,
      long nowEpochMillis,
      List<OutboxEntry> from,
      Room until) {
    number = first;
    offset = startOffset;
    cutAt = endOffset;
    epochMillis = nowEpochMillis;
    entries = from;
    room = until;
    next = 0;
    full = false;
    messages = 0;
  }

  /** Whether there is more to write. */
  public boolean hasMore() {
    if (full) return false;
    return offset > 0 || (next < entries.size() && room.has(entries.get(next), next));
  }

  /** Writes the next chunk. */
  public void writeChunk(boolean startsBundle) {
    encoder.begin(number, epochMillis);
    encoder.cutPayloadAt(cutAt);
    fill();
    encoder.finish(startsBundle, compressor);
    number += encoder.count();
  }

  private void fill() {
    if (offset > 0) {
      OutboxEntry entry = entries.get(next);
      if (isOpenAfter(entry, offset + encoder.addContinuation(entry.message(), offset))) return;
    }
    while (next < entries.size() && !encoder.isFull()) {
      OutboxEntry entry = entries.get(next);
      if (!room.has(entry, next)) {
        full = true;
        return;
      }
      if (entry.isEnded()) {
        encoder.addHole(1);
        next++;
        continue;
      }
      long timestamp = entry.timestamp() == 0 ? epochMillis : entry.timestamp();
      messages++;
      int taken = encoder.addMessage(entry.message(), timestamp, entry.lifetimeMillis());
      if (isOpenAfter(entry, taken)) return;
    }
  }

  private boolean isOpenAfter(OutboxEntry entry, int end) {
    if (end < entry.message().payload().length()) {
      offset = end;
      full = end >= cutAt;
      return true;
    }
    offset = 0;
    next++;
    return false;
  }

  /** One more than the last number that is complete. */
  public long number() {
    return number;
  }

  /** How much of the payload of {@link #number} was written. */
  public int offset() {
    return offset;
  }

  /** How many messages were begun; those that had ended are not counted. */
  public int messages() {
    return messages;
  }
}
