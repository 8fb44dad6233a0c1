package org.openagi.p2p.wire.multistream;

/** How far a negotiation is. */
public enum NegotiationState {
  /** More bytes of the other side are needed. */
  NEGOTIATING,
  /** Both sides agreed; bytes that follow belong to the agreed protocol. */
  AGREED,
  /** The other side supports none of the proposed protocols. Only an initiator gets here. */
  REFUSED
}
