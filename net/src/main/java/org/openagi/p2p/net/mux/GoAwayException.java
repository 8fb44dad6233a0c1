package org.openagi.p2p.net.mux;

import java.io.IOException;

/**
 * The peer ended the session with a go-away frame of a code other than normal termination. Carries
 * no stack trace.
 */
public final class GoAwayException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long code;

  /**
   * Creates one.
   *
   * @param code the code of the frame, unsigned 32 bit
   */
  public GoAwayException(long code) {
    super("the peer ended the session with go-away code " + code);
    this.code = code;
  }

  /** The code of the frame, unsigned 32 bit; codes above 2 belong to applications. */
  public long code() {
    return code;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
