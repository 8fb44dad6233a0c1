package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * Types of frames, and the frames that have a field or two.
 *
 * @see "docs/wire/transfer-1.0.md, section 2"
 */
public final class TransferFrames {
  /** First frame of a sender. */
  public static final int OFFER = 0x01;

  /** Where the data starts. */
  public static final int START = 0x02;

  /** Content. */
  public static final int DATA = 0x03;

  /** Digest of the content so far, after each complete block. */
  public static final int MARK = 0x04;

  /** The content is complete. */
  public static final int END = 0x05;

  /** The sender gives up. */
  public static final int CANCEL = 0x06;

  /** First frame of a recipient that takes it. */
  public static final int ACCEPT = 0x41;

  /** How much the recipient has on its disk. */
  public static final int ACK = 0x42;

  /** The recipient has everything on its disk and it is what was offered. */
  public static final int DONE = 0x43;

  /** The recipient does not take it, or no more of it. */
  public static final int REFUSE = 0x44;

  /** Still there, still busy; either side. */
  public static final int ALIVE = 0x81;

  /** Length of a SHA-256 digest. */
  public static final int DIGEST_BYTES = 32;

  private TransferFrames() {}

  /** Whether who does not know a type skips it. */
  static boolean isSkippable(int type) {
    return (type & 0x80) != 0;
  }

  /**
   * Writes type and length in front of a body that stands in the middle of an array.
   *
   * @return where the frame starts; {@code bodyAt} must be at least {@link
   *     TransferLimits#MAX_FRAME_HEADER_BYTES}
   */
  static int prependHeader(int type, byte[] array, int bodyAt, int bodyLength) {
    int at = bodyAt - 1 - Varint.sizeOf(bodyLength);
    array[at] = (byte) type;
    Varint.write(bodyLength, array, at + 1);
    return at;
  }

  /** An ALIVE frame. */
  public static byte[] alive() {
    return new byte[] {(byte) ALIVE, 0};
  }

  static byte[] number(int type, long value) {
    return new WireWriter(Varint.MAX_BYTES).varint(value).toFrame(type);
  }

  static long number(byte[] body, int length, long max, String field)
      throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    long value = in.varint(0, max, field);
    requireEnd(in, field);
    return value;
  }

  static byte[] mark(Bytes digest) {
    return new WireWriter(DIGEST_BYTES).bytes(digest).toFrame(MARK);
  }

  static Bytes mark(byte[] body, int length) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    Bytes digest = in.bytes(DIGEST_BYTES, "digest of MARK");
    requireEnd(in, "MARK");
    return digest;
  }

  /** A CANCEL or REFUSE frame. */
  public static byte[] farewell(int type, TransferReason reason, String text) {
    return new WireWriter(1 + TransferLimits.MAX_TEXT_BYTES)
        .u8(reason.number())
        .text(text, TransferLimits.MAX_TEXT_BYTES)
        .toFrame(type);
  }

  /** Reads the body of a CANCEL or REFUSE frame. */
  static TransferException farewell(byte[] body, int length) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    TransferReason reason = TransferReason.of(in.u8("reason"));
    return TransferException.byPeer(reason, in.text(TransferLimits.MAX_TEXT_BYTES, "text"));
  }

  static void requireEnd(WireReader in, String frame) throws ProtocolViolationException {
    if (in.remaining() > 0) {
      throw WireReader.violation(frame + " has " + in.remaining() + " bytes too many");
    }
  }
}
