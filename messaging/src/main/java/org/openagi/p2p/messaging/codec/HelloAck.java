package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.NetworkMessage;

/**
 * The first frame of a recipient.
 *
 * @param features those of the HELLO that are agreed to
 * @param ack what is settled already
 * @param maxMessageBytes largest payload the recipient takes
 * @param maxUnsealedBytes what it takes without a seal
 * @see "docs/wire/message-1.0.md, section 2.2"
 */
public record HelloAck(int features, Ack ack, long maxMessageBytes, long maxUnsealedBytes) {
  /** The whole frame. */
  public byte[] toFrame() {
    WireWriter out = new WireWriter(32)
        .u8(WireLimits.VERSION)
        .u16(features)
        .varint(ack.settled())
        .varint(maxMessageBytes)
        .varint(maxUnsealedBytes);
    ack.writeExceptions(out);
    return out.toFrame(FrameType.HELLO_ACK);
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static HelloAck decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    int version = in.u8("version");
    if (version != WireLimits.VERSION) {
      throw WireReader.violation("HELLO_ACK of version " + version);
    }
    int features = in.u16("features");
    long settled = in.varint(0, WireLimits.MAX_NUMBER, "settled number");
    long maxMessage = in.varint(0, NetworkMessage.MAX_PAYLOAD_BYTES, "max message");
    long maxUnsealed = in.varint(WireLimits.MIN_UNSEALED_BYTES, Long.MAX_VALUE, "max unsealed");
    Ack ack = new Ack(settled, Ack.readExceptions(in, settled));
    in.unknownOptions("HELLO_ACK");
    return new HelloAck(features, ack, maxMessage, maxUnsealed);
  }
}
