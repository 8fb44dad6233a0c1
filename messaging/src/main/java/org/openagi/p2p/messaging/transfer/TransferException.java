package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.error.ProtocolViolationException;

/** A transfer cannot go on, and both sides should know why. Has no stack trace. */
public final class TransferException extends Exception {
  private static final long serialVersionUID = 1;

  private final TransferReason reason;
  private final boolean byPeer;

  /** Ours: for a reason, and a sentence for whoever looks into it. */
  public TransferException(TransferReason reason, String message) {
    this(reason, message, false);
  }

  private TransferException(TransferReason reason, String message, boolean byPeer) {
    super(message, null, false, false);
    this.reason = reason;
    this.byPeer = byPeer;
  }

  /** The other side's, as it said it. */
  static TransferException byPeer(TransferReason reason, String message) {
    return new TransferException(reason, message, true);
  }

  /** For a frame that breaks the rules. */
  public TransferException(ProtocolViolationException violation) {
    this(TransferReason.PROTOCOL_VIOLATION, String.valueOf(violation.getMessage()));
  }

  /** The reason. */
  public TransferReason reason() {
    return reason;
  }

  /** Whether the other side ended it and knows already. */
  public boolean isByPeer() {
    return byPeer;
  }

  /** The sentence. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
