package org.openagi.p2p.simulator.node;

import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.SimDisk;

/** What a test may put between the parts of a node: so it plants a fault without a switch in the parts themselves. */
public interface Ports {
  /** Nothing in between. */
  Ports NONE = new Ports() {};

  /** The disk that the journal of a node uses. */
  default JournalDisk disk(SimDisk disk) {
    return disk;
  }

  /** The store that the message layer of a node uses. */
  default MessageStore store(MessageStore store) {
    return store;
  }
}
