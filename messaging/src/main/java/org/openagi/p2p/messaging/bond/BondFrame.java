package org.openagi.p2p.messaging.bond;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * The frames of a path. Sealed: what {@link #decode} returns.
 *
 * @see "docs/wire/bond-1.0.md, section 2"
 */
public sealed interface BondFrame {
  /** First frame of the first path. */
  int OPEN = 0x01;
  /** First frame of a further path. */
  int JOIN = 0x02;
  /** A segment. */
  int DATA = 0x03;
  /** The end of the stream. */
  int END = 0x04;
  /** What arrived on this path, and how much may be sent. */
  int ACK = 0x05;
  /** Another path is not used any more. */
  int LOST = 0x06;
  /** First frame of who was asked, on each path. */
  int WELCOME = 0x41;

  /** Type and length of a DATA frame and the offset, at their longest. */
  int DATA_HEADER_BYTES = 1 + 3 + Varint.MAX_BYTES;

  /**
   * Starts a path.
   *
   * @param joins whether the bond exists already
   * @param version {@link BondLimits#VERSION}, or another one that will be refused
   * @param id of the bond, random
   * @param path number of the path, new in its bond
   */
  record Greeting(boolean joins, int version, long id, long path) implements BondFrame {
    /** The whole frame. */
    public byte[] toFrame() {
      return new WireWriter(24).u8(version).u64(id).varint(path).toFrame(joins ? JOIN : OPEN);
    }
  }

  /** The path is taken. */
  record Welcome(int version) implements BondFrame {
    /** The whole frame. */
    public byte[] toFrame() {
      return new WireWriter(4).u8(version).toFrame(WELCOME);
    }
  }

  /**
   * A segment, the rest of the body.
   *
   * @param offset of its first byte in the stream
   * @param start where it starts in the body
   */
  record Data(long offset, int start) implements BondFrame {}

  /**
   * The stream ends.
   *
   * @param offset its length
   */
  record End(long offset) implements BondFrame {
    /** The whole frame. */
    public byte[] toFrame() {
      return new WireWriter(12).varint(offset).toFrame(END);
    }
  }

  /**
   * Tells what arrived.
   *
   * @param frames how many DATA and END frames came on this path so far
   * @param limit how far the stream may be sent
   */
  record Ack(long frames, long limit) implements BondFrame {
    /** The whole frame. */
    public byte[] toFrame() {
      return new WireWriter(20).varint(frames).varint(limit).toFrame(ACK);
    }
  }

  /** A path is not used any more. */
  record Lost(long path) implements BondFrame {
    /** The whole frame. */
    public byte[] toFrame() {
      return new WireWriter(12).varint(path).toFrame(LOST);
    }
  }

  /** A frame to be skipped. */
  record Unknown(int type) implements BondFrame {}

  /**
   * Writes what comes before a segment.
   *
   * @return how many bytes were written
   */
  static int writeDataHeader(byte[] to, long offset, int length) {
    to[0] = DATA;
    int at = Varint.write(Varint.sizeOf(offset) + length, to, 1);
    return Varint.write(offset, to, at);
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  static BondFrame decode(int type, byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    BondFrame frame =
        switch (type) {
          case OPEN, JOIN -> greeting(type == JOIN, in);
          case WELCOME -> new Welcome(in.u8("version"));
          case DATA -> data(in);
          case END -> new End(in.varint(0, BondLimits.MAX_OFFSET, "end"));
          case ACK ->
            new Ack(
                in.varint(0, BondLimits.MAX_OFFSET, "frames"),
                in.varint(0, BondLimits.MAX_OFFSET, "limit"));
          case LOST -> new Lost(in.varint(0, BondLimits.MAX_PATH_NUMBER, "path"));
          default -> new Unknown(type);
        };
    if (!(frame instanceof Data || frame instanceof Unknown)) in.unknownOptions("bond frame");
    return frame;
  }

  private static Greeting greeting(boolean joins, WireReader in) throws ProtocolViolationException {
    int version = in.u8("version");
    if (version != BondLimits.VERSION) throw WireReader.violation("bond of version " + version);
    return new Greeting(
        joins, version, in.u64("bond"), in.varint(0, BondLimits.MAX_PATH_NUMBER, "path"));
  }

  private static Data data(WireReader in) throws ProtocolViolationException {
    long offset = in.varint(0, BondLimits.MAX_OFFSET, "offset");
    int length = in.remaining();
    if (length < 1 || length > BondLimits.MAX_SEGMENT_BYTES) {
      throw WireReader.violation(
          "segment of " + length + " bytes, allowed are 1 to " + BondLimits.MAX_SEGMENT_BYTES);
    }
    return new Data(offset, in.position());
  }
}
