package org.openagi.p2p.p2pd;

/** Why a client did not get what it asked for, or was cut off. */
public enum Refusal {
  /** As many connections wait for requests as may. */
  TOO_MANY_CLIENTS,
  /** As many streams are open as may. */
  TOO_MANY_STREAMS,
  /** As many protocols are served as may. */
  TOO_MANY_HANDLERS,
  /** As many tags are held as may. */
  TOO_MANY_TAGS,
  /** A request was not one, or beyond its limits. */
  MALFORMED,
  /** A request, a response or a callback took too long, or a half-ended stream was silent. */
  TOO_SLOW,
  /** A handler's address is not one that is called. */
  CALLBACK_ADDRESS,
  /** Nobody answered at a handler's address; the peer's stream was reset. */
  CALLBACK_FAILED,
  /** A protocol is served by the node itself. */
  PROTOCOL_TAKEN,
  /** This node does not do that. */
  UNSUPPORTED,
  /** It was tried and failed: no connection, no common protocol, not in time. */
  FAILED
}
