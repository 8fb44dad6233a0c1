package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.NetworkMessage;

/** Hears what goes wrong on a node. */
interface NodeListener {
  /** A peer broke a rule. */
  void onViolation(PeerId peer, ProtocolViolationException cause);

  /** A handler threw. */
  void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause);
}
