package org.openagi.p2p.network.node;

import java.util.Optional;

/** What one side says of the other's record. The codes are fixed: they travel on the wire. */
public enum Verdict {
  /** The name is believed. */
  ACCEPTED(1),
  /** The name belongs to another key; the connection will be closed. */
  NAME_TAKEN(2),
  /** The name is the answering node's own; the connection will be closed. */
  NAME_IS_MINE(3),
  /** The record is malformed or not signed by the peer; the connection will be closed. */
  RECORD_INVALID(4),
  /** No more names are kept; the connection stays, the peer is nameless here. */
  NO_ROOM(5);

  private final int code;

  Verdict(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** Whether the connection may stay. */
  public boolean keepsConnection() {
    return this == ACCEPTED || this == NO_ROOM;
  }

  static Optional<Verdict> ofCode(long code) {
    for (Verdict verdict : values()) if (verdict.code == code) return Optional.of(verdict);
    return Optional.empty();
  }
}
