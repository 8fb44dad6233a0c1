package org.openagi.p2p.network.link;

import java.io.IOException;

/** Something could not be done with the queue; the message is one sentence that says why. */
public final class QueueException extends IOException {
  private static final long serialVersionUID = 1L;

  /** An exception of this message. */
  public QueueException(String message) {
    super(message);
  }

  /** An exception of this message and cause. */
  public QueueException(String message, Throwable cause) {
    super(message, cause);
  }
}
