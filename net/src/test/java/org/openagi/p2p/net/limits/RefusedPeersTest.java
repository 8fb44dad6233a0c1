package org.openagi.p2p.net.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.testkit.TestPeers;

/** Peers that are refused by name, and how many are remembered. */
class RefusedPeersTest {
  private static final Optional<RefusalCause> GATED = Optional.of(RefusalCause.GATED);

  private final ConnectionLimiter limiter = new ConnectionLimiter(Limits.defaults());

  private Optional<RefusalCause> answer(Direction direction, int index) {
    Optional<RefusalCause> refused =
        limiter.tryEstablish(direction, TestPeers.hashed(index), InetAddress.getLoopbackAddress());
    if (refused.isEmpty()) {
      limiter.onClosed(direction, TestPeers.hashed(index), InetAddress.getLoopbackAddress());
    }
    return refused;
  }

  @Test
  void whoIsRefusedIsRefusedInBothDirectionsUntilItIsLetInAgain() {
    limiter.setRefused(TestPeers.hashed(1), true);
    assertEquals(GATED, answer(Direction.INBOUND, 1));
    assertEquals(GATED, answer(Direction.OUTBOUND, 1));
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 2));
    limiter.setRefused(TestPeers.hashed(1), false);
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 1));
  }

  @Test
  void beyondTheBoundTheOldestAreLetInAgainAndWhoIsRefusedAnewIsNotOld() {
    int most = ConnectionLimiter.MAX_REFUSED_PEERS;
    for (int i = 0; i < most; i++) limiter.setRefused(TestPeers.hashed(i), true);
    assertEquals(GATED, answer(Direction.INBOUND, 0));
    limiter.setRefused(TestPeers.hashed(0), true);
    limiter.setRefused(TestPeers.hashed(most), true);
    assertEquals(GATED, answer(Direction.INBOUND, 0));
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 1), "the oldest gave way");
    assertEquals(GATED, answer(Direction.INBOUND, 2));
    assertEquals(GATED, answer(Direction.INBOUND, most));
  }
}
