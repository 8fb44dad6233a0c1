package org.openagi.p2p.api.http;

/** Why a request is not answered: the {@code code} of an error, and its HTTP status. */
public enum ErrorCode {
  /** A value in the path, the query or the body is not acceptable. */
  INVALID_ARGUMENT(400),
  /** The client ended the request before it had come whole, or left. */
  INCOMPLETE(400),
  /** No token, a wrong one, or a session that has ended. */
  UNAUTHENTICATED(401),
  /** The request names a host that this node does not go by; it may come from a page that plays tricks with names. */
  FOREIGN_HOST(403),
  /** The request comes from a page that is not this node's. */
  FOREIGN_ORIGIN(403),
  /** There is no such path, peer or message. */
  NOT_FOUND(404),
  /** The path takes other methods. */
  METHOD_NOT_ALLOWED(405),
  /** The request did not come whole, or its answer was not taken, in time: its connection ended without a word. */
  TOO_SLOW(408),
  /** What was asked for does not fit what is there. */
  CONFLICT(409),
  /** The body is larger than allowed. */
  BODY_TOO_LARGE(413),
  /** The body is not JSON. */
  NOT_JSON(415),
  /** The node refused what it was told to do, and says why. */
  REFUSED(422),
  /** Too many requests; {@code Retry-After} says when to try again. */
  TOO_MANY_REQUESTS(429),
  /** A fault of the program; the node's log has more. */
  INTERNAL(500),
  /** The node did not answer in time, or stops. */
  UNAVAILABLE(503);

  private final int status;

  ErrorCode(int status) {
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }
}
