package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

class X25519Test {
  static Stream<CryptoProvider> providers() {
    return Providers.all();
  }

  /** RFC 7748, section 5.2 (the second input has its highest bit set, which is to be masked) and 6.1. */
  @ParameterizedTest
  @MethodSource("providers")
  void givesTheAnswersOfTheRfc(CryptoProvider provider) throws Exception {
    assertAgrees(
        provider,
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    assertAgrees(
        provider,
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
    String secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    String alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    String bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    String alicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    String bobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    assertEquals(
        alicePublic,
        provider.x25519FromPrivateKey(Bytes.fromHex(alice)).publicKey().toHex());
    assertAgrees(provider, alice, bobPublic, secret);
    assertAgrees(provider, bob, alicePublic, secret);
  }

  private static void assertAgrees(
      CryptoProvider provider, String privateKey, String publicKey, String secret)
      throws ProtocolViolationException {
    X25519KeyPair pair = provider.x25519FromPrivateKey(Bytes.fromHex(privateKey));
    assertEquals(secret, Bytes.wrap(pair.agree(Bytes.fromHex(publicKey))).toHex());
  }

  /** u of the points of order 1, 2, 4 and 8 on the curve and its twist, canonical and not. */
  @ParameterizedTest
  @MethodSource("providers")
  void refusesKeysOfLowOrder(CryptoProvider provider) {
    X25519KeyPair pair = provider.x25519Generate(new SecureRandom());
    String[] lowOrder = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000080"
    };
    for (String key : lowOrder) {
      var violation =
          assertThrows(ProtocolViolationException.class, () -> pair.agree(Bytes.fromHex(key)), key);
      assertEquals(Scope.CONNECTION, violation.scope());
      assertTrue(violation.getMessage().contains("low order"), violation.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void refusesKeysOfAnotherLength(CryptoProvider provider) {
    X25519KeyPair pair = provider.x25519Generate(new SecureRandom());
    for (int length : new int[] {0, 31, 33}) {
      Bytes key = Bytes.wrap(new byte[length]);
      assertThrows(ProtocolViolationException.class, () -> pair.agree(key));
    }
  }

  @Test
  void allImplementationsAgreeOnRandomKeys() throws Exception {
    SecureRandom random = new SecureRandom();
    CryptoProvider[] all = Providers.all().toArray(CryptoProvider[]::new);
    for (int round = 0; round < 20; round++) {
      byte[] privateKey = new byte[32];
      byte[] remote = new byte[32];
      random.nextBytes(privateKey);
      random.nextBytes(remote); // any 32 bytes are a public key, on the curve or on its twist
      X25519KeyPair first = all[0].x25519FromPrivateKey(Bytes.copyOf(privateKey));
      Bytes secret = Bytes.wrap(first.agree(Bytes.copyOf(remote)));
      assertNotEquals(Bytes.wrap(new byte[32]), secret);
      for (CryptoProvider other : all) {
        X25519KeyPair pair = other.x25519FromPrivateKey(Bytes.copyOf(privateKey));
        assertEquals(first.publicKey(), pair.publicKey(), other.name());
        assertEquals(secret, Bytes.wrap(pair.agree(Bytes.copyOf(remote))), other.name());
      }
    }
  }
}
