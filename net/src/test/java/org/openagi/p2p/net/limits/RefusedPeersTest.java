package org.openagi.p2p.net.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.RefusalCause;

/** Peers that are refused by name, and how many are remembered. */
class RefusedPeersTest {
  private static final Optional<RefusalCause> GATED = Optional.of(RefusalCause.GATED);

  private final ConnectionLimiter limiter = new ConnectionLimiter(Limits.defaults());

  private static PeerId peer(int index) {
    byte[] id = new byte[34];
    id[0] = 0x12;
    id[1] = 32;
    id[32] = (byte) (index >>> 8);
    id[33] = (byte) index;
    try {
      return PeerId.fromBytes(Bytes.wrap(id));
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<RefusalCause> answer(Direction direction, int index) {
    Optional<RefusalCause> refused =
        limiter.tryEstablish(direction, peer(index), InetAddress.getLoopbackAddress());
    if (refused.isEmpty()) {
      limiter.onClosed(direction, peer(index), InetAddress.getLoopbackAddress());
    }
    return refused;
  }

  @Test
  void whoIsRefusedIsRefusedInBothDirectionsUntilItIsLetInAgain() {
    limiter.setRefused(peer(1), true);
    assertEquals(GATED, answer(Direction.INBOUND, 1));
    assertEquals(GATED, answer(Direction.OUTBOUND, 1));
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 2));
    limiter.setRefused(peer(1), false);
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 1));
  }

  @Test
  void beyondTheBoundTheOldestAreLetInAgainAndWhoIsRefusedAnewIsNotOld() {
    int most = ConnectionLimiter.MAX_REFUSED_PEERS;
    for (int i = 0; i < most; i++) limiter.setRefused(peer(i), true);
    assertEquals(GATED, answer(Direction.INBOUND, 0));
    limiter.setRefused(peer(0), true);
    limiter.setRefused(peer(most), true);
    assertEquals(GATED, answer(Direction.INBOUND, 0));
    assertEquals(Optional.empty(), answer(Direction.INBOUND, 1), "the oldest gave way");
    assertEquals(GATED, answer(Direction.INBOUND, 2));
    assertEquals(GATED, answer(Direction.INBOUND, most));
  }
}
