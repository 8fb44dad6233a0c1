package org.openagi.p2p.wire.yamux;

import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The 12-byte header in front of every Yamux frame, all fields big-endian.
 *
 * <pre>
 * offset  bytes  field     meaning
 *      0      1  version   always 0
 *      1      1  type      0 data, 1 window update, 2 ping, 3 go away
 *      2      2  flags     bit set: 1 SYN, 2 ACK, 4 FIN, 8 RST; several may be set at once
 *      4      4  streamId  0 is the connection; the dialer opens odd ids, the listener even ones
 *      8      4  length    payload bytes (data), credit in bytes (window update),
 *                          opaque value (ping), error code (go away)
 * </pre>
 *
 * <p>Only data frames are followed by {@code length} payload bytes. Immutable, safe on any thread.
 * The session's hot path works on the raw fields and makes no such object per frame.
 *
 * @param type kind of frame
 * @param flags bit set, {@code 0 .. 0xffff}; unknown bits are not refused here
 * @param streamId unsigned 32-bit, {@code 0 .. 2^32-1}
 * @param length unsigned 32-bit, {@code 0 .. 2^32-1}; not yet checked against any window or limit
 * @see "hashicorp/yamux, spec.md, section Framing"
 */
public record YamuxHeader(Type type, int flags, long streamId, long length) {
  /** Size on the wire, in bytes. */
  public static final int BYTES = 12;

  /** The stream is opened, or a ping asks. */
  public static final int SYN = 1;

  /** The stream is accepted, or a ping answers. */
  public static final int ACK = 2;

  /** The sender will send no more data on the stream. */
  public static final int FIN = 4;

  /** The stream is aborted. */
  public static final int RST = 8;

  /** Type byte of a frame with payload. */
  public static final int TYPE_DATA = 0;

  /** Type byte of a frame that gives credit. */
  public static final int TYPE_WINDOW_UPDATE = 1;

  /** Type byte of a ping or its answer. */
  public static final int TYPE_PING = 2;

  /** Type byte of the frame that ends the session. */
  public static final int TYPE_GO_AWAY = 3;

  static final int KNOWN_FLAGS = SYN | ACK | FIN | RST;

  /** Frame kinds, in the order of their type bytes. */
  public enum Type {
    /** Payload of a stream. */
    DATA(TYPE_DATA),
    /** Credit for the receiver of this frame to send more. */
    WINDOW_UPDATE(TYPE_WINDOW_UPDATE),
    /** Round trip measurement and keep-alive. */
    PING(TYPE_PING),
    /** End of the session. */
    GO_AWAY(TYPE_GO_AWAY);

    private final int code;

    Type(int code) {
      this.code = code;
    }
  }

  private static final Type[] TYPES = Type.values();
  private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;

  /** Checks the ranges of the fields. */
  public YamuxHeader {
    if (flags < 0 || flags > 0xffff) throw new IllegalArgumentException("flags " + flags);
    if (streamId < 0 || streamId > MAX_UNSIGNED_INT)
      throw new IllegalArgumentException("stream id " + streamId);
    if (length < 0 || length > MAX_UNSIGNED_INT)
      throw new IllegalArgumentException("length " + length);
  }

  /**
   * Reads one header.
   *
   * @param in positioned at the start of a frame. On success its reader index advances by {@link
   *     #BYTES}, otherwise it does not move. The caller keeps ownership.
   * @return the header, or empty if fewer than {@link #BYTES} bytes are readable
   * @throws ProtocolViolationException if the version is not 0 or the type is unknown; the
   *     connection is beyond repair, because the next frame boundary is no longer known
   */
  public static Optional<YamuxHeader> read(ByteBuf in) throws ProtocolViolationException {
    if (in.readableBytes() < BYTES) return Optional.empty();
    int start = in.readerIndex();
    int version = in.getUnsignedByte(start);
    int type = in.getUnsignedByte(start + 1);
    if (version != 0) throw violation("yamux version " + version + ", expected 0");
    if (type >= TYPES.length) throw violation("yamux frame type " + type + ", expected 0..3");
    in.skipBytes(2);
    return Optional.of(new YamuxHeader(
        TYPES[type], in.readUnsignedShort(), in.readUnsignedInt(), in.readUnsignedInt()));
  }

  /** Appends this header's {@link #BYTES} bytes to {@code out}, which the caller keeps. */
  public void write(ByteBuf out) {
    write(out, type.code, flags, (int) streamId, (int) length);
  }

  /**
   * Appends a header given by its raw fields, without making an object.
   *
   * @param streamId the 32 bits of the unsigned stream id
   * @param length the 32 bits of the unsigned length
   */
  public static void write(ByteBuf out, int type, int flags, int streamId, int length) {
    out.writeLong(((long) type << 48) | ((long) flags << 32) | (streamId & MAX_UNSIGNED_INT));
    out.writeInt(length);
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(ProtocolViolationException.Scope.CONNECTION, message);
  }
}
