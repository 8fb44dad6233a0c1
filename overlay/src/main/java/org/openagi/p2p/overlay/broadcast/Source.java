package org.openagi.p2p.overlay.broadcast;

import org.openagi.p2p.core.identity.PeerId;

/** A process of an origin; its messages are numbered without gaps. */
record Source(PeerId origin, long epoch) {
  static Source of(BroadcastMessage message) {
    return new Source(message.origin(), message.epoch());
  }

  static Source of(BroadcastFrame.Group group) {
    return new Source(group.origin(), group.epoch());
  }
}
