package org.openagi.p2p.node.client;

import java.io.IOException;

/** The node answered, and did not do what it was asked to do. Its message is the node's own sentence. */
public final class ApiRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String details;

  ApiRefusedException(int status, String code, String message, String details) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** Status of HTTP. */
  public int status() {
    return status;
  }

  /** The fixed code, such as {@code NOT_FOUND}; empty if the answer had none. */
  public String code() {
    return code;
  }

  /** What else the node said, such as the class of a failed dial; empty if nothing. */
  public String details() {
    return details;
  }

  /** Whether the request itself cannot be right. */
  public boolean isWrongUsage() {
    return code.equals("INVALID_ARGUMENT");
  }
}
