package org.openagi.p2p.api.http;

/** Answers requests; runs on the virtual thread of the connection and may block. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers one.
   *
   * @throws ApiException for a refusal that its client is to see
   * @throws IllegalArgumentException becomes {@link ErrorCode#INVALID_ARGUMENT}
   */
  void handle(Exchange exchange) throws Exception;
}
