package org.openagi.p2p.network;

import java.io.IOException;

/**
 * Nobody goes by the name that was given. The message says what was looked at and what to do instead.
 */
public final class UnknownPeerException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String name;

  UnknownPeerException(String name, String message) {
    super(message, null);
    this.name = name;
  }

  /** The name that was given. */
  public String name() {
    return name;
  }

  /** It is an answer, not a failure of code: where it was found out does not matter. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
