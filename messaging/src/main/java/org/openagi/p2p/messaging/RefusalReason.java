package org.openagi.p2p.messaging;

/**
 * Why a message was refused, with the number that travels.
 *
 * @see "docs/wire/message-1.0.md, section 6"
 */
public enum RefusalReason {
  /** Nobody at the recipient handles this type of message. */
  NO_HANDLER(1),
  /** The recipient's handler threw at every attempt. */
  HANDLER_FAILED(2),
  /** No hops were left. */
  TTL_EXCEEDED(3),
  /** Its lifetime ended at the recipient before a handler could take it. */
  EXPIRED(4),
  /** The payload is above the limit of this node or of the recipient. */
  TOO_LARGE(5),
  /** An outbox or inbox has no room; try again later. */
  QUEUE_FULL(6),
  /** The recipient does not take messages from this node. */
  UNAUTHORIZED(7),
  /** A field has a value that is not accepted. */
  INVALID(8),
  /** The recipient does not know something the message needs. */
  UNSUPPORTED(9),
  /** The sending node is shutting down or shut down. */
  CLOSED(10),
  /** The peer does not speak the message protocol. */
  NO_PROTOCOL(11),
  /** Nobody of the recipient's name was found. */
  UNKNOWN_PEER(12),
  /** It was to be delivered only while the peer is connected, and the peer is not. */
  NOT_CONNECTED(13),
  /** The sending node's disk failed; it takes no more messages until it is started anew. */
  STORAGE_FAILED(14),
  /** Its sender's user took it back. */
  WITHDRAWN(15);

  private static final RefusalReason[] BY_NUMBER = new RefusalReason[16];

  static {
    for (RefusalReason reason : values()) BY_NUMBER[reason.number] = reason;
  }

  private final int number;

  RefusalReason(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The reason with a number; {@link #INVALID} for a number nobody knows. */
  public static RefusalReason ofNumber(int number) {
    boolean known = number > 0 && number < BY_NUMBER.length;
    return known ? BY_NUMBER[number] : INVALID;
  }
}
