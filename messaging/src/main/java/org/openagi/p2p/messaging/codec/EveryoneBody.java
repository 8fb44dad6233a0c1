package org.openagi.p2p.messaging.codec;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;

/**
 * A message to everyone as the payload of a broadcast, which itself says who made it, when, and signs it.
 *
 * @param type of the message
 * @param sequence of the message among those of its sender's process to everyone, from 1; makes its id
 * @param givenId the id that its user gave it, null for none
 * @param lifetimeMillis how long after it was made it is worth anything
 * @param payload of the message
 * @see "docs/wire/overlay-broadcast.md, section 5"
 */
public record EveryoneBody(
    MessageType type, long sequence, @Nullable String givenId, long lifetimeMillis, Bytes payload) {
  /** The first byte: what follows is a message. */
  private static final int MESSAGE = 1;

  private static final long MAX_SEQUENCE = (1L << 48) - 1;
  private static final long MAX_LIFETIME_MILLIS = 1L << 40;

  /** The bytes of the broadcast's payload. */
  public Bytes encode() {
    WireWriter out = new WireWriter(32 + payload.length()).u8(MESSAGE).u8(type.number());
    out.varint(sequence).varint(lifetimeMillis);
    out.text(givenId == null ? "" : givenId, NetworkMessage.MAX_ID_BYTES);
    return Bytes.wrap(out.bytes(payload).toArray());
  }

  /**
   * Reads the payload of a broadcast.
   *
   * @throws ProtocolViolationException if it is no message, or malformed
   */
  public static EveryoneBody decode(Bytes encoded) throws ProtocolViolationException {
    WireReader in = new WireReader(encoded.unsafeArray(), 0, encoded.length());
    int kind = in.u8("kind of broadcast");
    if (kind != MESSAGE) throw WireReader.violation("broadcast of kind " + kind + ", known is 1");
    int type = in.u8("message type");
    if (!MessageType.isKnown(type)) throw WireReader.violation("message type " + type);
    long sequence = in.varint(1, MAX_SEQUENCE, "sequence");
    long lifetime = in.varint(1, MAX_LIFETIME_MILLIS, "lifetime");
    String id = in.text(NetworkMessage.MAX_ID_BYTES, "message id");
    Bytes payload = in.bytes(in.remaining(), "payload");
    return new EveryoneBody(
        MessageType.ofNumber(type), sequence, id.isEmpty() ? null : id, lifetime, payload);
  }

  /** The id of a message that was given none. */
  public static String idOf(long epoch, long sequence) {
    return String.format("%016x-all-%d", epoch, sequence);
  }
}
