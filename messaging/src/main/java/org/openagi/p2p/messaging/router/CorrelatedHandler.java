package org.openagi.p2p.messaging.router;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.NetworkMessage;

/** Takes requests, or answers. */
public interface CorrelatedHandler {
  /**
   * Takes a message whose {@link NetworkMessage#correlation} is set. Returning and throwing mean what they mean for
   * {@link org.openagi.p2p.messaging.MessageHandler#onMessage}.
   *
   * @param sender who proved to have sent it
   */
  void onMessage(PeerId sender, NetworkMessage message) throws Exception;

  /** As {@link org.openagi.p2p.messaging.MessageHandler#isQuick}. */
  boolean isQuick();
}
