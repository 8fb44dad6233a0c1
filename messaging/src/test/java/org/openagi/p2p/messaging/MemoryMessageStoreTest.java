package org.openagi.p2p.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.sim.SimCrypto;
import org.openagi.p2p.testkit.SeededRandom;

class MemoryMessageStoreTest extends MessageStoreContract {
  @Override
  protected MessageStore newStore() {
    return new MemoryMessageStore(SeededRandom.of(7));
  }

  @Test
  void marksAreBoundedAndTheOldestGoesFirst() {
    MemoryMessageStore store = new MemoryMessageStore(SeededRandom.of(7));
    PeerId alice = SimCrypto.peer(1);
    for (int epoch = 0; epoch <= MemoryMessageStore.MAX_MARKS; epoch++) {
      store.markHandled(alice, Lane.BULK, epoch, 9);
    }
    assertEquals(0, store.handled(alice, Lane.BULK, 0));
    assertEquals(9, store.handled(alice, Lane.BULK, 1));
  }
}
