package org.openagi.p2p.network.link;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/** Who may change what waits: the service of a node that runs, or whoever holds the folder of one that does not. Its methods block. */
interface QueueOwner {
  /** Queues a message. */
  Delivery submit(PeerId recipient, NetworkMessage message) throws IOException;

  /** Gives a message that waits up; false if it does not wait any more. */
  boolean giveUp(PeerId recipient, Lane lane, long number, Outcome.Refused reason)
      throws IOException;

  /** Which way messages for a peer take now; empty if there is none. */
  Optional<MessageWay> way(PeerId recipient);

  /** As {@link org.openagi.p2p.messaging.outbox.SendLane#carry}. */
  List<OutboxEntry> carry(PeerId recipient, Lane lane, long maxBytes) throws IOException;
}
