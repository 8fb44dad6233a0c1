package org.openagi.p2p.wire.yamux;

/** The ways in which a peer can break the protocol; each ends the session and is counted. */
public enum YamuxViolation {
  /** The version byte is not 0. */
  BAD_VERSION,
  /** The type byte is not 0..3. */
  UNKNOWN_TYPE,
  /** A flag bit besides SYN, ACK, FIN and RST is set. */
  UNKNOWN_FLAGS,
  /** A data or window update frame on stream 0, or a ping or go-away on another stream. */
  WRONG_STREAM_FOR_TYPE,
  /** A ping with neither or both of SYN and ACK. */
  BAD_PING_FLAGS,
  /** The peer opened a stream whose id belongs to our side. */
  WRONG_PARITY,
  /** The peer opened a stream id that was used before. */
  STREAM_ID_REUSED,
  /** A frame for a stream nobody opened. */
  UNKNOWN_STREAM,
  /** A data frame longer than the configured maximum. */
  FRAME_TOO_LONG,
  /** More data than the stream's receive window allows. */
  WINDOW_OVERRUN,
  /** Credit that lifts a send window above 2^32-1 bytes. */
  CREDIT_OVERFLOW,
  /** Data after the peer closed its direction of the stream. */
  DATA_AFTER_FIN,
  /** More data for closed streams than the peer could have sent before it learned of their end. */
  DATA_AFTER_RESET,
  /** Streams opened faster, or beyond the limit, for too long. */
  STREAM_FLOOD,
  /** Pings faster than allowed. */
  PING_FLOOD,
  /** Frames without effect (no payload, no credit, no flag) faster than allowed. */
  IDLE_FRAME_FLOOD,
  /** The peer provokes answers but does not read them. */
  CONTROL_BACKLOG
}
