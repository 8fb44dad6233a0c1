package org.openagi.p2p.messaging.parcel;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * Consecutive numbers of a lane, or a part of one message that is too long for a parcel.
 *
 * @param hello as the first frame on the lane's stream would be; its {@code first} is the lowest number that is not settled
 *     for the sender
 * @param replyKey what the sender announces to seal with, for receipts; empty if it has nothing
 * @param start where it begins
 * @param end where it ends, exclusive; the same place for a greeting, which carries no messages
 * @param chunks CHUNK frames, one bundle
 * @see "docs/wire/parcel-1.0.md, section 3"
 */
record Section(Hello hello, Bytes replyKey, Place start, Place end, Bytes chunks) {
  /** Longest key to reply with, as an advert may hold one. */
  static final int MAX_KEY_BYTES = 128;

  /**
   * A place in a lane.
   *
   * @param number of a message
   * @param offset bytes of its payload that lie before
   */
  record Place(long number, int offset) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byNumber = Long.compare(number, other.number);
      return byNumber != 0 ? byNumber : Integer.compare(offset, other.offset);
    }

    boolean isBefore(Place other) {
      return compareTo(other) < 0;
    }
  }

  Lane lane() {
    return Lane.ofNumber(hello.lane());
  }

  boolean isGreeting() {
    return chunks.isEmpty();
  }

  /** How many numbers end in it. */
  long count() {
    return end.number() - start.number();
  }

  /** The body of a content. */
  byte[] encode() {
    return new WireWriter(chunks.length() + 64)
        .bytes(hello.toFrame())
        .u8(replyKey.length())
        .bytes(replyKey)
        .varint(start.number())
        .varint(start.offset())
        .varint(end.offset())
        .bytes(chunks)
        .toArray();
  }

  /**
   * Reads the body of a content. The content of the chunks is looked at when they are taken in.
   *
   * @throws ProtocolViolationException naming what is wrong
   */
  static Section decode(Bytes body) throws ProtocolViolationException {
    byte[] bytes = body.unsafeArray();
    WireReader in = new WireReader(bytes, 0, bytes.length);
    Hello hello = Hello.decode(frame(in, FrameType.HELLO).unsafeArray());
    if (hello.version() != WireLimits.VERSION) {
      throw ParcelForm.violation("section of version " + hello.version());
    }
    if (!Lane.isKnown(hello.lane())) throw ParcelForm.violation("section of lane " + hello.lane());
    int keyLength = in.u8("reply key length");
    if (keyLength > MAX_KEY_BYTES) {
      throw ParcelForm.violation("reply key of " + keyLength + " bytes");
    }
    Bytes replyKey = in.bytes(keyLength, "reply key");
    long first = in.varint(hello.first(), WireLimits.MAX_NUMBER, "start number");
    Place start =
        new Place(first, (int) in.varint(0, NetworkMessage.MAX_PAYLOAD_BYTES, "start offset"));
    int endOffset = (int) in.varint(0, NetworkMessage.MAX_PAYLOAD_BYTES, "end offset");
    int chunksAt = in.position();
    Place end = new Place(endOfChunks(in, start, endOffset), endOffset);
    boolean greeting = chunksAt == bytes.length;
    if (greeting ? !end.equals(start) : !start.isBefore(end)) {
      throw ParcelForm.violation("section from " + start + " to " + end);
    }
    Bytes chunks = Bytes.copyOf(bytes, chunksAt, bytes.length - chunksAt);
    return new Section(hello, replyKey, start, end, chunks);
  }

  /** Goes through the chunks and checks that they follow each other and say the same as the section. */
  private static long endOfChunks(WireReader in, Place start, int endOffset)
      throws ProtocolViolationException {
    long expected = start.number();
    boolean open = start.offset() > 0;
    for (boolean first = true; in.remaining() > 0; first = false) {
      ChunkHeader chunk = ChunkHeader.decode(frame(in, FrameType.CHUNK).unsafeArray());
      if (chunk.first() != expected
          || chunk.has(ChunkHeader.START) != first
          || chunk.has(ChunkHeader.CONTINUED) != open) {
        throw ParcelForm.violation("chunk from " + chunk.first() + " with flags " + chunk.flags()
            + " where number " + expected + (open ? " goes on" : " starts"));
      }
      expected = chunk.end();
      open = chunk.has(ChunkHeader.MORE);
    }
    if (open != endOffset > 0) {
      throw ParcelForm.violation("section that ends at byte " + endOffset + " of " + expected
          + (open ? ", which goes on" : ", which does not go on"));
    }
    return expected;
  }

  private static Bytes frame(WireReader in, int expected) throws ProtocolViolationException {
    int type = in.u8("frame type");
    if (type != expected) {
      throw ParcelForm.violation("frame of type " + type + ", expected " + expected);
    }
    return in.bytes((int) in.varint(0, WireLimits.MAX_BODY_BYTES, "frame length"), "frame");
  }
}
