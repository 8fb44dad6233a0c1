package org.openagi.p2p.core.record;

import java.util.Optional;

/** What a node announces to do for others. The numbers are part of the node record's wire format. */
public enum NodeType {
  /** Well-known entry point: answers peer exchange for all. */
  BOOTSTRAP(1),
  /** Takes part in everything, relays included. */
  FULL(2),
  /** Does nothing for others; the least that can be expected of a node. */
  LIGHT(3),
  /** A full node that takes part in consensus. */
  VALIDATOR(4),
  /** A full node that keeps mail for peers that are away. */
  STORAGE(5);

  /** Another name of {@link #FULL}. */
  public static final NodeType FULL_NODE = FULL;

  private final int code;

  NodeType(int code) {
    this.code = code;
  }

  /** Returns the number on the wire. */
  public int code() {
    return code;
  }

  /** Returns the type with this number on the wire, if this version knows one. */
  public static Optional<NodeType> ofCode(long code) {
    for (NodeType type : values()) {
      if (type.code == code) return Optional.of(type);
    }
    return Optional.empty();
  }
}
