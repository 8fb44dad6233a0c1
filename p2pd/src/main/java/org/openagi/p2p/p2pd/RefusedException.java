package org.openagi.p2p.p2pd;

/** A request that is answered with an error. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Refusal cause;

  RefusedException(Refusal cause, String message) {
    super(message);
    this.cause = cause;
  }

  Refusal refusal() {
    return cause;
  }
}
