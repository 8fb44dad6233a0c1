package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The first frame of a sender.
 *
 * @param version {@link WireLimits#VERSION}, or another one that the recipient will refuse
 * @param lane the number of the lane, known or not
 * @param features bits of what the sender would like to use
 * @param epoch of the sender's outbox for this recipient
 * @param first lowest number not settled for the sender
 * @param lifetimeMillis of messages that don't say otherwise
 * @see "docs/wire/message-1.0.md, section 2.1"
 */
public record Hello(
    int version, int lane, int features, long epoch, long first, long lifetimeMillis) {
  /** The whole frame. */
  public byte[] toFrame() {
    return new WireWriter(48)
        .u8(version)
        .u8(lane)
        .u16(features)
        .u64(epoch)
        .varint(first)
        .varint(lifetimeMillis)
        .toFrame(FrameType.HELLO);
  }

  /**
   * Reads the body of a frame. Of a version that is not known only the version is read.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static Hello decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    int version = in.u8("version");
    if (version != WireLimits.VERSION) return new Hello(version, 0, 0, 0, 1, 1);
    Hello hello = new Hello(
        version,
        in.u8("lane"),
        in.u16("features"),
        in.u64("epoch"),
        in.varint(1, WireLimits.MAX_NUMBER, "first number"),
        in.varint(1, WireLimits.MAX_LIFETIME_MILLIS, "lifetime"));
    in.unknownOptions("HELLO");
    return hello;
  }
}
