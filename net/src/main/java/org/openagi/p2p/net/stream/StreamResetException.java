package org.openagi.p2p.net.stream;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The stream ended before both sides had finished: it was reset by the peer or this side, or its
 * connection was lost. What was written may or may not have arrived; unread data is gone. The cause
 * tells more.
 */
public final class StreamResetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates one; the cause is what the multiplexer reported. */
  public StreamResetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
