package org.openagi.p2p.wire.noise;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.X25519KeyPair;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PublicKey;

class NoiseFuzzTest {
  private static final CryptoProvider CRYPTO = CryptoProvider.best();

  /** A payload is decoded into bounded parts, or refused; what was decoded survives a round trip. */
  @FuzzTest
  void decodePayload(byte[] input) {
    try {
      NoiseHandshakePayload payload = NoiseHandshakePayload.decode(Bytes.wrap(input));
      if (!NoiseHandshakePayload.decode(payload.encode()).equals(payload)) {
        throw new AssertionError("not the same after a round trip: " + payload);
      }
      PublicKey.fromProtobuf(payload.identityKey());
    } catch (ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
  }

  /** Whatever comes as a handshake message is refused with a reason, or taken as the first one. */
  @FuzzTest
  void readHandshakeMessages(byte[] input) throws NoiseException {
    X25519KeyPair pair = CRYPTO.x25519FromPrivateKey(Bytes.wrap(new byte[32]));
    ChaChaPoly aead = new ChaChaPoly(null);
    XxPattern initiator = new XxPattern(true, new byte[0], pair, () -> pair, aead);
    XxPattern responder = new XxPattern(false, new byte[0], pair, () -> pair, aead);
    byte[] first = initiator.write(new byte[0]);
    for (XxPattern side : List.of(initiator, responder)) {
      try {
        side.read(input);
        if (side == initiator) throw new AssertionError("forged message 2 was accepted");
      } catch (NoiseException e) {
        // Refused, as all inputs but 32 bytes and more for the responder must be.
      }
    }
    XxPattern third = new XxPattern(false, new byte[0], pair, () -> pair, aead);
    third.read(first);
    third.write(new byte[0]);
    try {
      third.read(input);
      throw new AssertionError("forged message 3 was accepted");
    } catch (NoiseException e) {
      // Refused, as it must be.
    }
  }
}
