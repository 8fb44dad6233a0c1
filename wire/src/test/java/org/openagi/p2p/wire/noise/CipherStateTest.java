package org.openagi.p2p.wire.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.openagi.p2p.wire.noise.NoiseException.Reason;

class CipherStateTest {
  private final ChaChaPoly aead = new ChaChaPoly(null);
  private final byte[] key = new byte[32];

  @Test
  void theLastNonceIsReservedInBothDirections() throws Exception {
    CipherState sender = new CipherState(key, -2);
    CipherState receiver = new CipherState(key, -2);
    byte[] sealed = new byte[20];
    sender.seal(aead, new byte[4], 0, 4, sealed, 0);
    receiver.open(aead, sealed, 0, 20, new byte[4], 0);
    NoiseException atSender =
        assertThrows(NoiseException.class, () -> sender.seal(aead, new byte[4], 0, 4, sealed, 0));
    NoiseException atReceiver = assertThrows(
        NoiseException.class, () -> receiver.open(aead, sealed, 0, 20, new byte[4], 0));
    assertEquals(Reason.NONCES_EXHAUSTED, atSender.reason());
    assertEquals(Reason.NONCES_EXHAUSTED, atReceiver.reason());
  }

  @Test
  void aMessageOpensOnceAndInOrderOnly() throws Exception {
    CipherState sender = new CipherState(key);
    CipherState receiver = new CipherState(key);
    byte[] first = new byte[20];
    byte[] second = new byte[20];
    sender.seal(aead, new byte[] {1, 2, 3, 4}, 0, 4, first, 0);
    sender.seal(aead, new byte[] {1, 2, 3, 4}, 0, 4, second, 0);
    assertEquals(
        Reason.BAD_TAG,
        assertThrows(NoiseException.class, () -> receiver.open(aead, second, 0, 20, new byte[4], 0))
            .reason());
    receiver.open(aead, first, 0, 20, new byte[4], 0);
    assertThrows(NoiseException.class, () -> receiver.open(aead, first, 0, 20, new byte[4], 0));
    receiver.open(aead, second, 0, 20, new byte[4], 0);
  }

  @Test
  void nothingIsShorterThanATag() {
    NoiseException refused = assertThrows(NoiseException.class, () -> new CipherState(key)
        .open(aead, new byte[15], 0, 15, new byte[0], 0));
    assertEquals("noise: message of 15 bytes, the tag alone has 16", refused.getMessage());
  }
}
