package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Why a recipient gives a stream up.
 *
 * @param code one of the constants here, or a newer one
 * @param text more for people
 * @see "docs/wire/message-1.0.md, section 2.6"
 */
public record Refuse(int code, String text) {
  /** The HELLO's version is not spoken. */
  public static final int UNSUPPORTED_VERSION = 1;
  /** No such lane. */
  public static final int BAD_LANE = 2;
  /** The sender started over too often. */
  public static final int TOO_MANY_EPOCHS = 3;
  /** The node is shutting down. */
  public static final int GOING_AWAY = 4;
  /** A rule was broken; the text names it. */
  public static final int PROTOCOL_VIOLATION = 5;
  /** A seal is wrong. */
  public static final int BAD_SIGNATURE = 6;
  /** The node's disk failed: it can acknowledge nothing until it is started anew. */
  public static final int STORAGE_FAILED = 7;

  /** The whole frame. */
  public byte[] toFrame() {
    return new WireWriter(64)
        .u8(code)
        .text(text, WireLimits.MAX_TEXT_BYTES)
        .toFrame(FrameType.REFUSE);
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static Refuse decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    return new Refuse(in.u8("code"), in.text(WireLimits.MAX_TEXT_BYTES, "text"));
  }
}
