package org.openagi.p2p.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stream could not be opened. Its message names the peer and the protocol. */
public final class StreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The class of failure. */
  public enum Kind {
    /** The peer handles none of the protocols. */
    UNSUPPORTED_PROTOCOL,
    /** There is no connection to the peer, or it ended while the stream was negotiated. */
    NOT_CONNECTED,
    /** Too many streams. */
    LIMIT,
    /** The peer did not answer the negotiation in time. */
    TIMEOUT,
    /** The stream was reset or the peer broke the protocol. */
    FAILED
  }

  private final Kind kind;

  /** Makes one. */
  public StreamException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Class of failure. */
  public Kind kind() {
    return kind;
  }
}
