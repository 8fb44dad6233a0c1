package org.openagi.p2p.messaging.outbox;

/**
 * Counters of a sending lane, or of several added up.
 *
 * @param messagesSent written to a stream, each time counted
 * @param messagesAcknowledged ended so
 * @param messagesExpired ended so
 * @param messagesRefused ended so, by either side
 * @param sealsSent bundles
 * @param payloadBytesSent bytes of payloads written
 * @param frameBytesSent bytes written altogether
 * @param compressedFromBytes chunk contents that were compressed, before
 * @param compressedToBytes the same, after
 */
public record SendStats(
    long messagesSent,
    long messagesAcknowledged,
    long messagesExpired,
    long messagesRefused,
    long sealsSent,
    long payloadBytesSent,
    long frameBytesSent,
    long compressedFromBytes,
    long compressedToBytes) {
  /** All zero. */
  public static final SendStats ZERO = new SendStats(0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** The sum, field by field. */
  public SendStats plus(SendStats o) {
    return new SendStats(
        messagesSent + o.messagesSent,
        messagesAcknowledged + o.messagesAcknowledged,
        messagesExpired + o.messagesExpired,
        messagesRefused + o.messagesRefused,
        sealsSent + o.sealsSent,
        payloadBytesSent + o.payloadBytesSent,
        frameBytesSent + o.frameBytesSent,
        compressedFromBytes + o.compressedFromBytes,
        compressedToBytes + o.compressedToBytes);
  }
}
