package org.openagi.p2p.net.upgrade;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A raw connection could not be secured and multiplexed. Carries no stack trace. */
public final class UpgradeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The class of failure. */
  public enum Kind {
    /** Not done by the deadline. */
    TIMEOUT,
    /** Another peer than the expected one. */
    WRONG_PEER,
    /** The other side closed. */
    CLOSED,
    /** Everything else: no common protocol, garbage, bad signature. */
    FAILED
  }

  private final Kind kind;

  /** Makes one; the message makes sense behind an address and a colon. */
  public UpgradeException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Class of failure. */
  public Kind kind() {
    return kind;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
