package org.openagi.p2p.wire.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.openagi.p2p.core.crypto.CryptoProvider;

class NoiseTransportPropertyTest {
  private final ChaChaPoly aead =
      new ChaChaPoly(CryptoProvider.best().jcaProvider().orElse(null));
  private final byte[] keyA = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
  };
  private final byte[] keyB = new byte[32];

  /** Messages of any size arrive unchanged and in order, in both directions. */
  @Property(tries = 100)
  void whatIsSealedOpensOnTheOtherSide(@ForAll @Size(max = 8) List<byte[]> messages)
      throws Exception {
    NoiseTransport alice = new NoiseTransport(new CipherState(keyA), new CipherState(keyB));
    NoiseTransport bob = new NoiseTransport(new CipherState(keyB), new CipherState(keyA));
    for (byte[] message : messages) {
      assertArrayEquals(message, pass(alice, bob, message));
      assertArrayEquals(message, pass(bob, alice, message));
    }
  }

  private byte[] pass(NoiseTransport from, NoiseTransport to, byte[] message) throws Exception {
    byte[] sealed = new byte[message.length + NoiseTransport.TAG_BYTES];
    assertEquals(sealed.length, from.seal(aead, message, 0, message.length, sealed, 0));
    byte[] opened = new byte[message.length];
    to.open(aead, sealed, 0, sealed.length, opened, 0);
    return opened;
  }

  @Example
  void oneByteMoreThanAMessageHoldsIsAMistake() throws Exception {
    NoiseTransport alice = new NoiseTransport(new CipherState(keyA), new CipherState(keyB));
    int most = NoiseTransport.MAX_PLAINTEXT_BYTES;
    byte[] out = new byte[most + 17];
    assertEquals(
        NoiseTransport.MAX_MESSAGE_BYTES, alice.seal(aead, new byte[most], 0, most, out, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> alice.seal(aead, new byte[most + 1], 0, most + 1, out, 0));
  }
}
