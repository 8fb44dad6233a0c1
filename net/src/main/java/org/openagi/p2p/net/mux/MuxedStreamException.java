package org.openagi.p2p.net.mux;

import java.io.IOException;

/**
 * Why a stream or its connection ended before both sides finished. Carries no stack trace, because
 * one is made per failed stream.
 */
public final class MuxedStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Kinds of end. */
  public enum Reason {
    /** The peer reset the stream. */
    RESET_BY_PEER,
    /** The peer reset a stream we opened before it acknowledged it: it takes no more streams. */
    REFUSED_BY_PEER,
    /** This side reset the stream. */
    RESET_LOCALLY,
    /** The connection was closed by this side. */
    CONNECTION_CLOSED_LOCALLY,
    /** The connection was closed or lost. */
    CONNECTION_LOST,
    /** The peer ended the session with a go-away frame. */
    GO_AWAY,
    /** The peer broke the protocol. */
    PROTOCOL_VIOLATION,
    /** A listener of the stream threw an exception. */
    LISTENER_FAILED
  }

  private final Reason reason;

  /** Creates one without an underlying cause. */
  public MuxedStreamException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Creates one with an underlying cause. */
  public MuxedStreamException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The kind of end. */
  public Reason reason() {
    return reason;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
