package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The signature of a bundle.
 *
 * @param first number of the bundle's first message
 * @param count how many numbers end in it
 * @param signature over {@link SealText}
 * @see "docs/wire/message-1.0.md, section 2.4"
 */
public record Seal(long first, long count, Bytes signature) {
  /** SHA-256 over the frames, signed with the host key. */
  public static final int SCHEME = 1;

  /** The whole frame. */
  public byte[] toFrame() {
    return new WireWriter(24 + signature.length())
        .u8(SCHEME)
        .varint(first)
        .varint(count)
        .varint(signature.length())
        .bytes(signature)
        .toFrame(FrameType.SEAL);
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static Seal decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    int scheme = in.u8("scheme");
    if (scheme != SCHEME) throw WireReader.violation("seal of scheme " + scheme);
    long first = in.varint(1, WireLimits.MAX_NUMBER, "first number");
    long count = in.varint(0, WireLimits.MAX_NUMBER, "count");
    int length = (int) in.varint(1, WireLimits.MAX_SIGNATURE_BYTES, "signature length");
    Seal seal = new Seal(first, count, in.bytes(length, "signature"));
    if (in.remaining() > 0) {
      throw WireReader.violation(in.remaining() + " bytes after the signature");
    }
    return seal;
  }
}
