package org.openagi.p2p.api.http;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request that is not answered, with the code and the words its client gets. */
public final class ApiException extends RuntimeException {
  @Serial
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final @Nullable String details;

  /** Without details. */
  public ApiException(ErrorCode code, String message) {
    this(code, message, null);
  }

  /**
   * A refusal.
   *
   * @param message one sentence for people, naming the value and the limit
   * @param details what else may help, null for nothing
   */
  public ApiException(ErrorCode code, String message, @Nullable String details) {
    super(message, null, false, false);
    this.code = code;
    this.details = details;
  }

  public ErrorCode code() {
    return code;
  }

  /** The sentence. */
  public String text() {
    return String.valueOf(getMessage());
  }

  public @Nullable String details() {
    return details;
  }
}
