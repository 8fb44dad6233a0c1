package org.openagi.p2p.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

class MemoryMessageStoreTest extends MessageStoreContract {
  @Override
  protected MessageStore newStore() {
    return new MemoryMessageStore(SeededRandom.of(7), new VirtualTime());
  }

  @Test
  void marksAreBoundedAndTheOldestGoesFirst() {
    MemoryMessageStore store = new MemoryMessageStore(SeededRandom.of(7), new VirtualTime());
    PeerId alice = TestPeers.filledKey(1).peerId();
    for (int epoch = 0; epoch <= MemoryMessageStore.MAX_MARKS; epoch++) {
      store.inbox(alice, Lane.BULK, epoch).settle(10);
    }
    assertEquals(10, store.inbox(alice, Lane.BULK, 2).acknowledgedEnd());
    assertEquals(1, store.inbox(alice, Lane.BULK, 0).acknowledgedEnd());
  }
}
