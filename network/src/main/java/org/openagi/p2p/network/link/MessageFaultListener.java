package org.openagi.p2p.network.link;

import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.StoredMessage;

/** Hears what goes wrong with messages, and who helps or hinders them. Called on any thread; must not block. */
public interface MessageFaultListener {
  /** A peer broke the message protocol; with scope PEER a signature was wrong. */
  default void onViolation(PeerId peer, ProtocolViolationException cause) {}

  /** A parcel that a neighbour took for somebody else arrived, or was lost while others arrived. */
  default void onCarrier(PeerId by, boolean arrived) {}

  /** A message that had expired or been refused is forgotten, since more of them are not kept. */
  default void onDeadLetterDropped(StoredMessage letter) {}

  /** A peer takes no messages of a lane for now, and says why; they are kept and tried again. */
  default void onStreamRefused(PeerId peer, Lane lane, String why) {}

  /** A handler of this node threw; {@link NetworkMessage#attempt} says at which attempt. */
  default void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause) {}

  /** A request handler of this node threw, and who asked was told. */
  default void onRequestFailure(PeerId sender, NetworkMessage request, Throwable cause) {}

  /** Handlers that promised to be quick held up the event loop of a lane's connection for so long. */
  default void onSlowHandler(PeerId sender, Lane lane, long nanos) {}
}
