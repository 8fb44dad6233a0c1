package org.openagi.p2p.overlay.relay;

/** Why a node did not take a parcel, with its number on the wire. */
public enum ParcelRefusal {
  /** No way to the recipient is known. */
  NO_ROUTE(1),
  /** The limit of what is kept for others, or of this neighbour or recipient, is reached. */
  FULL(2),
  /** No hops left. */
  TTL_EXCEEDED(3),
  /** Its lifetime ended. */
  EXPIRED(4),
  /** It was here before: a loop, or a repetition. */
  SEEN(5),
  /** This node does not relay for the neighbour: it is LIGHT, or thinks little of it. */
  NOT_SERVED(6);

  private final int code;

  ParcelRefusal(int code) {
    this.code = code;
  }

  /** Number on the wire. */
  public int code() {
    return code;
  }

  /** The refusal of a number; one that is not known counts as {@link #NOT_SERVED}. */
  public static ParcelRefusal ofCode(int code) {
    for (ParcelRefusal each : values()) if (each.code == code) return each;
    return NOT_SERVED;
  }
}
