package org.openagi.p2p.messaging.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.NetworkMessage;

/**
 * Builds CHUNK frames in an array that it reuses. Confined to one event loop; may serve all lanes of it,
 * one chunk at a time: {@link #begin}, entries, {@link #finish}, then the frame is in {@link #array} until
 * the next {@code begin}.
 */
public final class ChunkEncoder {
  /** A chunk that reached this much content takes no further entry. */
  public static final int TARGET_BYTES = 64 << 10;

  /** Most content of a chunk made here; the rest of a larger payload goes into further chunks. */
  public static final int CAPACITY_BYTES = 128 << 10;

  /** An entry without its payload and some of that always fit. */
  private static final int MIN_CAPACITY_BYTES = 512;

  /** type, length, flags, base, first, count, raw length at their longest. */
  private static final int HEADER_ROOM = 1 + 3 + 1 + 6 + 9 + 9 + 3 + 16;

  /** An entry without its payload: head, time, id, options, length at their longest. */
  private static final int ENTRY_ROOM = 1 + 9 + 1 + NetworkMessage.MAX_ID_BYTES + 1 + 28 + 5;

  private final byte[] content = new byte[HEADER_ROOM + CAPACITY_BYTES + ENTRY_ROOM];
  private byte[] compressed = new byte[0];

  private int at;
  private int fullAt;
  private int capacityAt;
  private int flags;
  private long first;
  private long count;
  private long baseEpochMillis;
  private long previousTime;
  private int previousLength;
  private int payloadEnd;

  private byte[] frame = content;
  private int frameStart;
  private int frameEnd;

  /** Starts a chunk of the size that costs least. */
  public void begin(long firstNumber, long base) {
    begin(firstNumber, base, CAPACITY_BYTES);
  }

  /**
   * Starts a chunk.
   *
   * @param contentBytes most content, if lower than {@link #CAPACITY_BYTES}; at least 512 are used
   */
  public void begin(long firstNumber, long base, int contentBytes) {
    at = HEADER_ROOM;
    int capacity = Math.max(MIN_CAPACITY_BYTES, Math.min(CAPACITY_BYTES, contentBytes));
    capacityAt = HEADER_ROOM + capacity;
    fullAt = HEADER_ROOM + Math.min(TARGET_BYTES, capacity - ENTRY_ROOM);
    flags = 0;
    first = firstNumber;
    count = 0;
    baseEpochMillis = base;
    previousTime = base;
    previousLength = -1;
    payloadEnd = Integer.MAX_VALUE;
  }

  /** Lets the chunk take no payload beyond an offset in it: the rest goes into another chunk. After {@link #begin}. */
  public void cutPayloadAt(int end) {
    payloadEnd = end;
  }

  /** Whether the chunk should get no further entry. */
  public boolean isFull() {
    return at >= fullAt;
  }

  /** Whether nothing was added yet. */
  public boolean isEmpty() {
    return at == HEADER_ROOM;
  }

  /** Adds n numbers that were given up. The chunk must not be full. */
  public void addHole(long n) {
    content[at++] = EntryForm.HOLE;
    at = Varint.write(n, content, at);
    count += n;
  }

  /**
   * Adds a message. The chunk must not be full.
   *
   * @param timestamp milliseconds since 1970
   * @param lifetimeMillis if other than the lane's default, else 0
   * @return how much of the payload fitted; if not all, the chunk must be finished, and the rest added to
   *     the next by {@link #addContinuation}
   */
  public int addMessage(NetworkMessage message, long timestamp, long lifetimeMillis) {
    byte[] payload = message.payload().unsafeArray();
    int head = message.messageType().number();
    int headAt = at++;
    if (timestamp != previousTime) {
      head |= EntryForm.TIME;
      at = Varint.write(zigzag(timestamp - previousTime), content, at);
      previousTime = timestamp;
    }
    String id = message.givenId();
    if (id != null) {
      head |= EntryForm.ID;
      writeId(id);
    }
    boolean broadcast = NetworkMessage.EVERYONE.equals(message.recipientId());
    Correlation correlation = message.correlation();
    if (message.ttl() != NetworkMessage.DEFAULT_TTL
        || lifetimeMillis != 0
        || broadcast
        || correlation != null) {
      head |= EntryForm.OPTIONS;
      writeOptions(message.ttl(), lifetimeMillis, broadcast, correlation);
    }
    if (payload.length == previousLength) {
      head |= EntryForm.SAME_LENGTH;
    } else {
      at = Varint.write(payload.length, content, at);
      previousLength = payload.length;
    }
    content[headAt] = (byte) head;
    return writePayload(payload, 0);
  }

  /**
   * Goes on with the payload that the chunk before left open. Must be the first entry.
   *
   * @return how much fitted, as for {@link #addMessage}
   */
  public int addContinuation(NetworkMessage message, int offset) {
    flags |= ChunkHeader.CONTINUED;
    return writePayload(message.payload().unsafeArray(), offset);
  }

  private int writePayload(byte[] payload, int offset) {
    int rest = payload.length - offset;
    int room = Math.min(capacityAt - at, payloadEnd - offset);
    int take = Math.min(rest, room);
    System.arraycopy(payload, offset, content, at, take);
    at += take;
    if (take == rest) count++;
    else flags |= ChunkHeader.MORE;
    return take;
  }

  private void writeId(String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    content[at++] = (byte) utf8.length;
    System.arraycopy(utf8, 0, content, at, utf8.length);
    at += utf8.length;
  }

  private void writeOptions(
      int ttl, long lifetimeMillis, boolean broadcast, @Nullable Correlation correlation) {
    int lengthAt = at++;
    if (ttl != NetworkMessage.DEFAULT_TTL) {
      content[at++] = EntryForm.TTL;
      content[at++] = 1;
      content[at++] = (byte) ttl;
    }
    if (lifetimeMillis != 0) {
      content[at++] = EntryForm.LIFETIME;
      content[at++] = (byte) Varint.sizeOf(lifetimeMillis);
      at = Varint.write(lifetimeMillis, content, at);
    }
    if (broadcast) {
      content[at++] = (byte) EntryForm.BROADCAST;
      content[at++] = 0;
    }
    if (correlation != null) {
      content[at++] = (byte) EntryForm.CORRELATION;
      content[at++] = EntryForm.CORRELATION_BYTES;
      content[at++] = (byte) correlation.kind().number();
      for (int shift = 56; shift >= 0; shift -= 8) {
        content[at++] = (byte) (correlation.id() >>> shift);
      }
    }
    content[lengthAt] = (byte) (at - lengthAt - 1);
  }

  /**
   * Completes the frame.
   *
   * @param startsBundle whether this is the first chunk of a bundle
   * @param compressor tried on the content, null to leave it as it is
   */
  public void finish(boolean startsBundle, @Nullable ChunkCompressor compressor) {
    int raw = at - HEADER_ROOM;
    int packed = compressor == null ? 0 : compress(compressor, raw);
    if (packed > 0) flags |= ChunkHeader.ZSTD;
    if (packed > 0 && compressor != null && compressor.usedDictionary()) {
      flags |= ChunkHeader.DICTIONARY;
    }
    if (startsBundle) flags |= ChunkHeader.START;
    frame = packed > 0 ? compressed : content;
    writeHeader(raw, packed > 0 ? packed : raw);
  }

  private int compress(ChunkCompressor compressor, int raw) {
    int needed = HEADER_ROOM + raw;
    if (compressed.length < needed) compressed = new byte[Math.max(needed, 2 * TARGET_BYTES)];
    return compressor.compress(content, HEADER_ROOM, raw, compressed, HEADER_ROOM);
  }

  private void writeHeader(int raw, int contentLength) {
    boolean zstd = (flags & ChunkHeader.ZSTD) != 0;
    int inner =
        1 + 6 + Varint.sizeOf(first) + Varint.sizeOf(count) + (zstd ? Varint.sizeOf(raw) : 0);
    int body = inner + contentLength;
    int p = HEADER_ROOM - inner - Varint.sizeOf(body) - 1;
    frameStart = p;
    frameEnd = HEADER_ROOM + contentLength;
    frame[p++] = FrameType.CHUNK;
    p = Varint.write(body, frame, p);
    frame[p++] = (byte) flags;
    for (int shift = 40; shift >= 0; shift -= 8) frame[p++] = (byte) (baseEpochMillis >>> shift);
    p = Varint.write(first, frame, p);
    p = Varint.write(count, frame, p);
    if (zstd) Varint.write(raw, frame, p);
  }

  /** How many numbers end in the chunk. */
  public long count() {
    return count;
  }

  /** The array with the finished frame. */
  public byte[] array() {
    return frame;
  }

  /** Where the finished frame starts. */
  public int frameOffset() {
    return frameStart;
  }

  /** How long the finished frame is. */
  public int frameLength() {
    return frameEnd - frameStart;
  }

  private static long zigzag(long n) {
    return n << 1 ^ n >> 63;
  }
}
