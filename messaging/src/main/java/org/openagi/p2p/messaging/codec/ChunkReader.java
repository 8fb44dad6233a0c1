package org.openagi.p2p.messaging.codec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;

/**
 * Walks the entries of a chunk's content. Confined to its user, reused from chunk to chunk: {@link #start},
 * then {@link #next} until it returns {@link #END}, with the getters valid in between. The payload left
 * open by one chunk is taken up by the next, so the chunks of a stream must come in order.
 */
public final class ChunkReader {
  /** No further entry. */
  public static final int END = 0;
  /** A message, complete. */
  public static final int MESSAGE = 1;
  /** Numbers that were given up: {@link #holeLength}. */
  public static final int HOLE = 2;

  private static final byte[] NOTHING = new byte[0];

  private final Lane lane;
  private final long maxPayloadBytes;

  private byte[] content = NOTHING;
  private int at;
  private int end;
  private boolean more;
  private long left;
  private long previousTime;
  private int previousLength;

  private long number;
  private long holeLength;
  private MessageType type = MessageType.DATA;
  private long timestamp;
  private @Nullable String id;
  private int ttl;
  private long lifetimeMillis;
  private boolean broadcast;
  private @Nullable Correlation correlation;
  private int unknownOption;
  private int payloadLength;
  private Bytes payload = Bytes.EMPTY;

  private byte @Nullable [] open;
  private int openFilled;
  private boolean openDropped;

  /**
   * Reads the chunks of one lane.
   *
   * @param maxPayloadBytes larger payloads are skipped and {@link #isTooLarge} says so
   */
  public ChunkReader(Lane lane, long maxPayloadBytes) {
    this.lane = lane;
    this.maxPayloadBytes = maxPayloadBytes;
  }

  /**
   * Starts a chunk.
   *
   * @throws ProtocolViolationException if it does not go on where the last one ended
   */
  public void start(ChunkHeader header, byte[] bytes, int offset, int length)
      throws ProtocolViolationException {
    content = bytes;
    at = offset;
    end = offset + length;
    more = header.has(ChunkHeader.MORE);
    left = header.count();
    number = header.first() - 1;
    holeLength = 1;
    previousTime = header.baseEpochMillis();
    previousLength = -1;
    boolean continued = header.has(ChunkHeader.CONTINUED);
    if (continued != isOpen()) {
      throw WireReader.violation(continued ? "nothing to continue" : "open payload not continued");
    }
  }

  /** Forgets a payload that was left open, because its stream is gone. */
  public void abandonOpenPayload() {
    open = null;
    openDropped = false;
    openFilled = 0;
  }

  /** Bytes held of a payload that is not complete. */
  public int openBytes() {
    return open == null ? 0 : open.length;
  }

  private boolean isOpen() {
    return open != null || openDropped;
  }

  /** Goes to the next entry: {@link #MESSAGE}, {@link #HOLE} or {@link #END}. */
  public int next() throws ProtocolViolationException {
    if (isOpen()) return continuePayload();
    if (at == end) return finish();
    int head = content[at++] & 0xff;
    number += holeLength;
    holeLength = 1;
    if ((head & EntryForm.KIND) == EntryForm.HOLE) return hole(head);
    if (head >= EntryForm.RESERVED) throw WireReader.violation("entry head " + head);
    readKind(head & EntryForm.KIND);
    readFields(head);
    return readPayload();
  }

  private int finish() throws ProtocolViolationException {
    if (left != 0) throw WireReader.violation("chunk has " + left + " messages less than it says");
    if (more) throw WireReader.violation("chunk announces more of a complete payload");
    return END;
  }

  private void endOne(long n) throws ProtocolViolationException {
    if (n > left) throw WireReader.violation("chunk has more messages than it says");
    left -= n;
  }

  private int hole(int head) throws ProtocolViolationException {
    if (head != EntryForm.HOLE) throw WireReader.violation("hole with head " + head);
    holeLength = varint("hole length");
    if (holeLength < 1) throw WireReader.violation("empty hole");
    endOne(holeLength);
    return HOLE;
  }

  private void readKind(int kind) throws ProtocolViolationException {
    if (!MessageType.isKnown(kind)) throw WireReader.violation("message of kind " + kind);
    type = MessageType.ofNumber(kind);
  }

  private void readFields(int head) throws ProtocolViolationException {
    timestamp = previousTime;
    if ((head & EntryForm.TIME) != 0) {
      long zigzag = varint("time");
      timestamp += zigzag >>> 1 ^ -(zigzag & 1);
      if (timestamp < 0 || timestamp >= 1L << 48) {
        throw WireReader.violation("time " + timestamp + " is not 48 bits of milliseconds");
      }
      previousTime = timestamp;
    }
    id = (head & EntryForm.ID) != 0 ? readId() : null;
    ttl = NetworkMessage.DEFAULT_TTL;
    lifetimeMillis = 0;
    broadcast = false;
    correlation = null;
    unknownOption = -1;
    if ((head & EntryForm.OPTIONS) != 0) readOptions();
    if (!lane.carries(type, correlation)) {
      throw WireReader.violation(
          type + (correlation == null ? "" : " " + correlation.kind()) + " in lane " + lane);
    }
    if ((head & EntryForm.SAME_LENGTH) != 0) {
      if (previousLength < 0) throw WireReader.violation("same length as no entry");
    } else {
      long length = varint("payload length");
      if (length > NetworkMessage.MAX_PAYLOAD_BYTES) {
        throw WireReader.violation(
            "payload of " + length + " bytes, allowed are " + NetworkMessage.MAX_PAYLOAD_BYTES);
      }
      previousLength = (int) length;
    }
    payloadLength = previousLength;
  }

  private String readId() throws ProtocolViolationException {
    WireReader in = new WireReader(content, at, end);
    int length = in.u8("id length");
    if (length < 1 || length > NetworkMessage.MAX_ID_BYTES || length > in.remaining()) {
      throw WireReader.violation("message id of " + length + " bytes");
    }
    String text = WireReader.utf8(content, at + 1, length, "message id");
    if (!NetworkMessage.isValidId(text)) throw WireReader.violation("message id not allowed");
    at += 1 + length;
    return text;
  }

  private void readOptions() throws ProtocolViolationException {
    WireReader in = new WireReader(content, at, end);
    int total = (int) in.varint(0, WireLimits.MAX_OPTIONS_BYTES, "options length");
    if (total > in.remaining()) throw WireReader.violation("options of " + total + " bytes");
    int stop = in.position() + total;
    int last = -1;
    while (in.position() < stop) {
      int tag = in.u8("option");
      if (tag <= last) throw WireReader.violation("option " + tag + " after " + last);
      last = tag;
      int length = (int) in.varint(0, WireLimits.MAX_OPTIONS_BYTES, "option length");
      int from = in.position();
      if (length > stop - from) throw WireReader.violation("option " + tag + " is cut off");
      readOption(tag, new WireReader(content, from, from + length));
      in.bytes(length, "option");
    }
    if (in.position() != stop) throw WireReader.violation("options end inside of one");
    at = stop;
  }

  private void readOption(int tag, WireReader in) throws ProtocolViolationException {
    switch (tag) {
      case EntryForm.TTL -> ttl = in.u8("ttl");
      case EntryForm.LIFETIME ->
        lifetimeMillis = in.varint(1, WireLimits.MAX_LIFETIME_MILLIS, "lifetime");
      case EntryForm.BROADCAST -> broadcast = true;
      case EntryForm.CORRELATION -> readCorrelation(in);
      default -> {
        if (!FrameType.isSkippable(tag)) unknownOption = tag;
        return;
      }
    }
    if (in.remaining() > 0) throw WireReader.violation("option " + tag + " is too long");
  }

  /** A kind that is not known could be answered by nobody here: the message is refused. */
  private void readCorrelation(WireReader in) throws ProtocolViolationException {
    int kind = in.u8("correlation kind");
    long value = in.u64("correlation id");
    if (Correlation.Kind.isKnown(kind)) {
      correlation = new Correlation(Correlation.Kind.ofNumber(kind), value);
    } else {
      unknownOption = EntryForm.CORRELATION;
    }
  }

  private int readPayload() throws ProtocolViolationException {
    int available = end - at;
    if (payloadLength > available) {
      openPayload(available);
      return END;
    }
    endOne(1);
    payload = isTooLarge() ? Bytes.EMPTY : Bytes.copyOf(content, at, payloadLength);
    at += payloadLength;
    return MESSAGE;
  }

  private void openPayload(int available) throws ProtocolViolationException {
    if (!more) throw WireReader.violation("payload is cut off");
    if (left != 0) throw WireReader.violation("chunk has " + left + " messages less than it says");
    openFilled = 0;
    openDropped = isTooLarge();
    open = openDropped ? null : new byte[available];
    takeOpen(available);
  }

  private int continuePayload() throws ProtocolViolationException {
    int take = Math.min(payloadLength - openFilled, end - at);
    takeOpen(take);
    if (openFilled < payloadLength) {
      if (!more || left != 0) throw WireReader.violation("continued payload is cut off");
      return END;
    }
    number += holeLength;
    endOne(1);
    payload = open == null ? Bytes.EMPTY : Bytes.wrap(open);
    abandonOpenPayload();
    return MESSAGE;
  }

  /** Room doubles as bytes arrive and ends at exactly the payload's length. */
  private void takeOpen(int take) {
    byte[] array = open;
    if (array != null) {
      if (openFilled + take > array.length) {
        long doubled = Math.max(2L * array.length, openFilled + take);
        array = Arrays.copyOf(array, (int) Math.min(payloadLength, doubled));
        open = array;
      }
      System.arraycopy(content, at, array, openFilled, take);
    }
    openFilled += take;
    at += take;
  }

  private long varint(String field) throws ProtocolViolationException {
    if (at < end && content[at] >= 0) return content[at++];
    WireReader in = new WireReader(content, at, end);
    long value = in.varint(0, Long.MAX_VALUE, field);
    at = in.position();
    return value;
  }

  /** The number of this message, or the first of a hole. */
  public long number() {
    return number;
  }

  /** How many numbers a hole spans. */
  public long holeLength() {
    return holeLength;
  }

  /** The message's type. */
  public MessageType type() {
    return type;
  }

  /** When it was made, milliseconds since 1970. */
  public long timestamp() {
    return timestamp;
  }

  /** The id its user gave it, or null. */
  public @Nullable String id() {
    return id;
  }

  /** Hops left when it was sent. */
  public int ttl() {
    return ttl;
  }

  /** How long it lives, 0 for the lane's default. */
  public long lifetimeMillis() {
    return lifetimeMillis;
  }

  /** Whether it was sent to everyone. */
  public boolean isBroadcast() {
    return broadcast;
  }

  /** What makes it a request or an answer, or null. */
  public @Nullable Correlation correlation() {
    return correlation;
  }

  /** An option that must be known and is not; negative if there is none. */
  public int unknownOption() {
    return unknownOption;
  }

  /** Whether the payload is above the limit and was skipped. */
  public boolean isTooLarge() {
    return payloadLength > maxPayloadBytes;
  }

  /** The length of the payload as announced. */
  public int payloadLength() {
    return payloadLength;
  }

  /** The payload, empty if it was too large. */
  public Bytes payload() {
    return payload;
  }
}
