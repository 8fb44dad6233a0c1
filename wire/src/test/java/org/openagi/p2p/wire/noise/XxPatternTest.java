package org.openagi.p2p.wire.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.X25519KeyPair;
import org.openagi.p2p.wire.noise.NoiseException.Reason;

/** The XX pattern against published vectors. */
class XxPatternTest {
  private static final CryptoProvider CRYPTO = CryptoProvider.best();

  record Vector(String name, Map<String, byte[]> keys, List<byte[][]> messages) {
    byte[] get(String key) {
      return keys.getOrDefault(key, new byte[0]);
    }

    X25519KeyPair pair(String key) {
      return CRYPTO.x25519FromPrivateKey(Bytes.wrap(get(key)));
    }

    XxPattern side(boolean initiator) {
      String prefix = initiator ? "init_" : "resp_";
      return new XxPattern(
          initiator,
          get("init_prologue"),
          pair(prefix + "static"),
          () -> pair(prefix + "ephemeral"),
          new ChaChaPoly(CRYPTO.jcaProvider().orElse(null)));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Vector> vectors() throws Exception {
    List<Vector> vectors = new ArrayList<>();
    for (String line : ChaChaPolyTest.resource("xx-25519-chachapoly-sha256.txt")) {
      String[] part = line.split(" ", -1);
      switch (part[0]) {
        case "#" -> {}
        case "vector" -> vectors.add(new Vector(part[1], new HashMap<>(), new ArrayList<>()));
        case "message" ->
          vectors.getLast().messages().add(new byte[][] {
            ChaChaPolyTest.hex(part[1]), ChaChaPolyTest.hex(part[2])
          });
        default -> vectors.getLast().keys().put(part[0], ChaChaPolyTest.hex(part[1]));
      }
    }
    return vectors.stream();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void producesAndReadsThePublishedMessages(Vector vector) throws Exception {
    XxPattern initiator = vector.side(true);
    XxPattern responder = vector.side(false);
    for (int i = 0; i < XxPattern.MESSAGES; i++) {
      byte[][] message = vector.messages().get(i);
      XxPattern writer = i % 2 == 0 ? initiator : responder;
      XxPattern reader = i % 2 == 0 ? responder : initiator;
      assertArrayEquals(message[1], writer.write(message[0]), "message " + (i + 1));
      assertArrayEquals(message[0], reader.read(message[1]), "message " + (i + 1));
    }
    assertEquals(responder.remoteStatic(), vector.pair("init_static").publicKey());
    assertEquals(initiator.remoteStatic(), vector.pair("resp_static").publicKey());
    if (vector.keys().containsKey("handshake_hash")) {
      assertArrayEquals(vector.get("handshake_hash"), initiator.handshakeHash());
      assertArrayEquals(vector.get("handshake_hash"), responder.handshakeHash());
    }
    assertTransport(vector, initiator.split(), responder.split());
  }

  private static void assertTransport(
      Vector vector, NoiseTransport initiator, NoiseTransport responder) throws Exception {
    ChaChaPoly aead = new ChaChaPoly(null);
    for (int i = XxPattern.MESSAGES; i < vector.messages().size(); i++) {
      byte[] text = vector.messages().get(i)[0];
      byte[] sealed = vector.messages().get(i)[1];
      NoiseTransport writer = i % 2 == 0 ? initiator : responder;
      NoiseTransport reader = i % 2 == 0 ? responder : initiator;
      byte[] out = new byte[sealed.length];
      assertEquals(out.length, writer.seal(aead, text, 0, text.length, out, 0));
      assertArrayEquals(sealed, out, "message " + (i + 1));
      byte[] opened = new byte[text.length];
      assertEquals(text.length, reader.open(aead, sealed, 0, sealed.length, opened, 0));
      assertArrayEquals(text, opened, "message " + (i + 1));
    }
  }

  @Test
  void refusesKeysOfSmallOrder() throws Exception {
    for (String key : List.of(
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")) {
      XxPattern responder = vectors().findFirst().orElseThrow().side(false);
      responder.read(Bytes.fromHex(key).toArray());
      NoiseException refused =
          assertThrows(NoiseException.class, () -> responder.write(new byte[0]), key);
      assertEquals(Reason.WEAK_KEY, refused.reason());
    }
  }

  @Test
  void refusesMessagesThatAreTooShortForTheirKeys() throws Exception {
    XxPattern responder = vectors().findFirst().orElseThrow().side(false);
    NoiseException refused = assertThrows(NoiseException.class, () -> responder.read(new byte[31]));
    assertEquals(Reason.MALFORMED, refused.reason());
    assertEquals("noise: handshake message 1 has 31 bytes, at least 32", refused.getMessage());
  }

  @Test
  void speaksOnlyInTurn() throws Exception {
    XxPattern responder = vectors().findFirst().orElseThrow().side(false);
    assertThrows(IllegalStateException.class, () -> responder.write(new byte[0]));
    XxPattern initiator = vectors().findFirst().orElseThrow().side(true);
    assertThrows(IllegalStateException.class, () -> initiator.read(new byte[200]));
    assertThrows(IllegalStateException.class, initiator::split);
  }
}
