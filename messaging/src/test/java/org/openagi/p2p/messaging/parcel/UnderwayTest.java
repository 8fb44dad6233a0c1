package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.testkit.TestPeers;

/** At its bound the oldest parcel is forgotten, and no other. */
class UnderwayTest {
  private static final PeerId TO = TestPeers.keyless(1);

  private static Bytes id(int number) {
    return Bytes.wrap(ByteBuffer.allocate(Parcel.ID_BYTES).putInt(number).array());
  }

  @Test
  void theOldestIsForgottenAtTheBound() {
    Underway underway = new Underway();
    for (int i = 0; i <= Underway.MAX; i++) {
      underway.add(new Parcel(id(i), TO, 8, 1_000, false, List.of(), Bytes.wrap(new byte[1])));
    }
    assertEquals(Optional.empty(), underway.recipient(id(0)));
    assertEquals(Optional.of(TO), underway.recipient(id(1)));
    assertEquals(Optional.of(TO), underway.recipient(id(Underway.MAX)));
  }
}
