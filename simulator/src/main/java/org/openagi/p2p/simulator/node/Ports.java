package org.openagi.p2p.simulator.node;

import org.openagi.p2p.core.crypto.Hpke;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayHost;

/** What a test may put between the parts of a node: so it plants a fault without a switch in the parts themselves. */
public interface Ports {
  /** Nothing in between. */
  Ports NONE = new Ports() {};

  /** The disk that the journal of a node uses. */
  default JournalDisk disk(SimDisk disk) {
    return disk;
  }

  /** What the overlay of a node may ask for. */
  default OverlayHost overlayHost(SimulatedNode node, OverlayHost host) {
    return host;
  }

  /** How the overlay of a node signs and checks. */
  default OverlayCrypto overlayCrypto(SimulatedNode node, OverlayCrypto crypto) {
    return crypto;
  }

  /** What the parcels of nodes are sealed with. */
  default Hpke hpke(Hpke hpke) {
    return hpke;
  }

  /** The store that the message layer of a node uses. */
  default MessageStore store(MessageStore store) {
    return store;
  }
}
