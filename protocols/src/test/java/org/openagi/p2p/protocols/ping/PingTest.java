package org.openagi.p2p.protocols.ping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.SeededRandom;

class PingTest {
  private final PingInitiator ping = new PingInitiator(SeededRandom.of(1));

  @Test
  void theLastByteOfTheAnswerGivesTheRoundTrip() throws Exception {
    for (int round = 0; round < 3; round++) {
      Bytes question = ping.ping(1000);
      assertEquals(32, question.length());
      for (int i = 0; i < 31; i++) {
        assertEquals(OptionalLong.empty(), ping.onByte(question.get(i), 2000));
      }
      assertTrue(ping.isWaiting());
      assertEquals(OptionalLong.of(1500), ping.onByte(question.get(31), 2500));
      assertFalse(ping.isWaiting());
    }
  }

  @Test
  void questionsDiffer() throws Exception {
    Bytes first = ping.ping(0);
    for (int i = 0; i < 32; i++) ping.onByte(first.get(i), 0);
    assertFalse(first.equals(ping.ping(0)));
  }

  @Test
  void aWrongAnswerAndAnAnswerTooMuchAreViolations() throws Exception {
    Bytes question = ping.ping(0);
    byte wrong = (byte) (question.get(0) ^ 1);
    assertThrows(ProtocolViolationException.class, () -> ping.onByte(wrong, 0));
    PingInitiator idle = new PingInitiator(SeededRandom.of(2));
    assertThrows(ProtocolViolationException.class, () -> idle.onByte((byte) 0, 0));
  }

  @Test
  void onePingAtATime() {
    ping.ping(0);
    assertThrows(IllegalStateException.class, () -> ping.ping(0));
  }

  @Test
  void theEstimateFollowsRfc6298() {
    RttEstimator rtt = new RttEstimator();
    assertEquals(-1, rtt.smoothedNanos());
    rtt.onSample(800);
    assertEquals(800, rtt.smoothedNanos());
    assertEquals(400, rtt.variationNanos());
    rtt.onSample(1600);
    assertEquals(900, rtt.smoothedNanos());
    assertEquals(500, rtt.variationNanos());
    assertEquals(1600, rtt.lastNanos());
    assertEquals(800, rtt.minNanos());
    rtt.onSample(-5);
    assertEquals(0, rtt.minNanos());
  }
}
