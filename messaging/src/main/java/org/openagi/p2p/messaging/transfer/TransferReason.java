package org.openagi.p2p.messaging.transfer;

/**
 * Why a transfer did not come to its end, as told to the other side and to users.
 *
 * @see "docs/wire/transfer-1.0.md, section 6"
 */
public enum TransferReason {
  /** The recipient's application does not want it. */
  DECLINED(1),
  /** Nobody at the recipient takes transfers. */
  NO_RECEIVER(2),
  /** The recipient has as many transfers as it takes; it may be tried again later. */
  BUSY(3),
  /** More bytes than the recipient takes. */
  TOO_LARGE(4),
  /** The recipient has no room on its disk. */
  NO_SPACE(5),
  /** The recipient cannot store it. */
  STORAGE_FAILED(6),
  /** The bytes that arrived are not those that were sent. */
  INTEGRITY(7),
  /** A signature is not the sender's. */
  BAD_SIGNATURE(8),
  /** The other side broke a rule of the protocol. */
  PROTOCOL_VIOLATION(9),
  /** Needs a version or an option that the recipient does not know. */
  UNSUPPORTED(10),
  /** A user of the side that says so ended it. */
  CANCELLED(11),
  /** The side that says so is shutting down; it may be tried again later. */
  GOING_AWAY(12),
  /** The other side was silent, or brought no data, for too long. */
  IDLE(13),
  /** The sender cannot read what it offered. */
  SOURCE_FAILED(14),
  /** What the sender reads is not what it offered, for example longer. */
  SOURCE_CHANGED(15),
  /** No connection to the peer for too long; given by the sending node itself. */
  UNREACHABLE(16),
  /** The peer does not speak this protocol; given by the sending node itself. */
  NO_PROTOCOL(17);

  private static final TransferReason[] BY_NUMBER = values();

  private final int number;

  TransferReason(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** Whether the same offer may be taken a little later. */
  public boolean isPassing() {
    return this == BUSY || this == GOING_AWAY;
  }

  /** The reason of that number; what is not known counts as {@link #DECLINED}. */
  static TransferReason of(int number) {
    return number >= 1 && number <= BY_NUMBER.length ? BY_NUMBER[number - 1] : DECLINED;
  }
}
