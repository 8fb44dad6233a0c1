package org.openagi.p2p.messaging;

/** How the delivery of a message ended, or, for {@link Kept}, how far this process got with it. Immutable. */
public sealed interface Outcome {
  /** The recipient handled the message, checked its signature and said so. */
  record Acknowledged() implements Outcome {
    /** The only value anybody needs. */
    public static final Acknowledged INSTANCE = new Acknowledged();
  }

  /**
   * The message's lifetime ended without an acknowledgement. The recipient may still have handled it
   * if it had been sent.
   *
   * @param reason what was waited for, for people
   */
  record Expired(String reason) implements Outcome {}

  /**
   * The message will not be delivered.
   *
   * @param reason the cause as a fixed code
   * @param detail who refused, the value and the limit, for people
   */
  record Refused(RefusalReason reason, String detail) implements Outcome {}

  /**
   * This process stops before the end is known. The message stays in the journal: the next process on the same folder goes
   * on with it under the same id. It may have been sent, and handled, already.
   *
   * @param reason what happened, for people
   */
  record Kept(String reason) implements Outcome {}

  /** Whether the recipient acknowledged the message. */
  default boolean isAcknowledged() {
    return this instanceof Acknowledged;
  }
}
