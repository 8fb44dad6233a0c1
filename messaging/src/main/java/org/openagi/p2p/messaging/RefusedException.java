package org.openagi.p2p.messaging;

/** A message was refused, said where an exception is the only way to say it. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Outcome.Refused refused;

  /** An exception of this refusal. It has no stack trace: the cause is not in the code. */
  public RefusedException(Outcome.Refused refused) {
    super(refused.reason() + ": " + refused.detail(), null, false, false);
    this.refused = refused;
  }

  /** The refusal. */
  public Outcome.Refused refused() {
    return refused;
  }
}
