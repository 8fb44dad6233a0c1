package org.openagi.p2p.net.mux;

import java.io.IOException;

/**
 * A stream could not be opened, or was reset, because a limit of this side was reached or the
 * session no longer takes streams. The message names the limit. Carries no stack trace.
 */
public final class StreamLimitException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates one with a message that names value and limit. */
  public StreamLimitException(String message) {
    super(message);
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
