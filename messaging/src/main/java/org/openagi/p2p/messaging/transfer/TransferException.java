package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.error.ProtocolViolationException;

/** A transfer cannot go on, and the other side should hear why. Has no stack trace. */
public final class TransferException extends Exception {
  private static final long serialVersionUID = 1;

  private final TransferReason reason;

  /** For a reason, and a sentence for whoever looks into it. */
  public TransferException(TransferReason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** For a frame that breaks the rules. */
  public TransferException(ProtocolViolationException violation) {
    this(TransferReason.PROTOCOL_VIOLATION, String.valueOf(violation.getMessage()));
  }

  /** The reason. */
  public TransferReason reason() {
    return reason;
  }

  /** The sentence. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
