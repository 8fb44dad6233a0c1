package org.openagi.p2p.benchmarks.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AgentMessagesTest {
  @Test
  void theSameSeedGivesTheSameMessagesOfAboutTheSizeWanted() {
    AgentMessages one = new AgentMessages(1);
    AgentMessages two = new AgentMessages(1);
    for (int size : new int[] {256, 1024, 65_536}) {
      for (int i = 0; i < 50; i++) {
        byte[] message = one.next(size);
        assertArrayEquals(message, two.next(size));
        assertTrue(
            message.length > size * 3 / 4 && message.length < size + 600, "" + message.length);
      }
    }
    assertFalse(Arrays.equals(one.next(256), one.next(256)));
  }

  @Test
  void callsHaveAboutTheSizeWanted() {
    AgentMessages messages = new AgentMessages(2);
    for (int size : new int[] {256, 1024, 65_536}) {
      for (int i = 0; i < 50; i++) {
        byte[] message = messages.nextCall(size);
        assertTrue(
            message.length > size * 3 / 4 && message.length < size + 600, "" + message.length);
        assertTrue(new String(message, StandardCharsets.UTF_8).endsWith("}}"));
      }
    }
  }
}
