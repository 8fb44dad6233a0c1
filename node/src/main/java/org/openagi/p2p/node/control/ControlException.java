package org.openagi.p2p.node.control;

import java.io.IOException;

/** A request failed; the message is one sentence for the person who made it. */
public final class ControlException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean wrongUsage;

  /**
   * A failure.
   *
   * @param wrongUsage whether the request itself cannot be right
   */
  public ControlException(String message, boolean wrongUsage) {
    super(message);
    this.wrongUsage = wrongUsage;
  }

  /** Whether the request itself cannot be right. */
  public boolean isWrongUsage() {
    return wrongUsage;
  }
}
