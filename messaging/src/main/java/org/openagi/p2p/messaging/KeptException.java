package org.openagi.p2p.messaging;

/** Whether a message was acknowledged is not known, since the process stops first; the next one goes on with it. */
public final class KeptException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String messageId;

  /** An exception of this end. It has no stack trace: the cause is not in the code. */
  public KeptException(String messageId, Outcome.Kept kept) {
    super("message " + messageId + ": " + kept.reason(), null, false, false);
    this.messageId = messageId;
  }

  /** By which the next process finds the delivery. */
  public String messageId() {
    return messageId;
  }
}
