package org.openagi.p2p.network.pins;

import org.openagi.p2p.core.identity.PeerId;

/** What became of a peer's claim to a name. */
public sealed interface Claim {
  /** The name was free and now belongs to the peer. */
  record Pinned() implements Claim {}

  /** The name has belonged to the peer before. */
  record Known() implements Claim {}

  /**
   * The peer had another name, which is free again.
   *
   * @param formerAlias the name it had
   */
  record Renamed(String formerAlias) implements Claim {}

  /**
   * The name belongs to another key; nothing has changed.
   *
   * @param owner the peer it belongs to
   */
  record Taken(PeerId owner) implements Claim {}

  /** The name is free, but no more names can be kept; nothing has changed. */
  record Full() implements Claim {}
}
