package org.openagi.p2p.net;

import java.util.Objects;

/**
 * Why a connection ended. Immutable.
 *
 * @param kind the class of reason, stable for programs
 * @param detail one sentence for people; names peer, limit and value where there is one
 */
public record CloseReason(Kind kind, String detail) {
  /** Classes of reasons. */
  public enum Kind {
    /** The application asked for it. */
    LOCAL_REQUEST,
    /** Our host stops. */
    HOST_STOPPED,
    /** The remote peer closed in good order. */
    REMOTE_CLOSED,
    /** The transport failed or ended without a good-bye. */
    CONNECTION_LOST,
    /** The remote peer refused the connection and said why. */
    REFUSED_BY_REMOTE,
    /** We refused the connection and said why. */
    REFUSED_LOCALLY,
    /** Another connection to the same peer is kept instead. */
    DUPLICATE,
    /** Closed to come back below the low watermark. */
    TRIMMED,
    /** Unused for longer than the idle timeout. */
    IDLE,
    /** The peer answered no heartbeat. */
    UNRESPONSIVE,
    /** The remote peer broke a protocol. */
    PROTOCOL_VIOLATION
  }

  public CloseReason {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(detail, "detail");
  }

  /** Closed because the application asked for it. */
  public static CloseReason localRequest() {
    return new CloseReason(Kind.LOCAL_REQUEST, "closed by the application");
  }

  /** Closed because the host stops. */
  public static CloseReason hostStopped() {
    return new CloseReason(Kind.HOST_STOPPED, "this host stopped");
  }

  @Override
  public String toString() {
    return kind + ": " + detail;
  }
}
