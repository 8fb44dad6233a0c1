package org.openagi.p2p.messaging;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** There will be no answer to a request. The message says which request, of whom, and why. */
public final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why there is none. */
  public enum Cause {
    /** The request was not delivered: {@link #refusal} says why. */
    REFUSED,
    /** No answer came in time. The request may have been handled all the same. */
    TIMED_OUT,
    /** The other side's handler threw; the message has its reason. */
    HANDLER_FAILED,
    /** Too many requests wait for their answers already. */
    TOO_MANY_PENDING,
    /** This node is shutting down. */
    CLOSED
  }

  private final Cause cause;
  private final @Nullable RefusalReason refusal;

  /** An exception of this cause. It has no stack trace: the cause is not in the code. */
  public RequestException(Cause cause, @Nullable RefusalReason refusal, String message) {
    super(message, null, false, false);
    this.cause = cause;
    this.refusal = refusal;
  }

  /** Why there is no answer. */
  public Cause kind() {
    return cause;
  }

  /** Why the request was refused, if it was. */
  public Optional<RefusalReason> refusal() {
    return Optional.ofNullable(refusal);
  }
}
