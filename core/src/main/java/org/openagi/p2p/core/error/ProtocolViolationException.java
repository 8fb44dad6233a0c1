package org.openagi.p2p.core.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A peer, or bytes that came from one, broke a rule of a protocol.
 *
 * <p>Carries no stack trace: it can be raised once per packet by anyone who can send one. The message
 * names the offending value and the limit or expectation; whoever catches it adds the peer.
 */
public final class ProtocolViolationException extends Exception {
  private static final long serialVersionUID = 1L;

  /** How far the violation reaches, that is, what has to end because of it. */
  public enum Scope {
    /** This stream (or this one message) can't be trusted any more; others on the connection can. */
    STREAM,
    /** The connection's framing or state is lost. */
    CONNECTION,
    /** The peer misbehaved in a way that another connection would not cure. */
    PEER
  }

  private final Scope scope;

  /** A violation without an underlying exception. */
  public ProtocolViolationException(Scope scope, String message) {
    this(scope, message, null);
  }

  /** A violation found by way of {@code cause}. */
  public ProtocolViolationException(Scope scope, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.scope = Objects.requireNonNull(scope);
  }

  /** Returns what has to end because of it. */
  public Scope scope() {
    return scope;
  }

  /** Returns the same violation with another scope, for a caller that knows more than the decoder. */
  public ProtocolViolationException withScope(Scope other) {
    return other == scope ? this : new ProtocolViolationException(other, messageText(), getCause());
  }

  private String messageText() {
    return Objects.requireNonNullElse(getMessage(), "protocol violation");
  }
}
