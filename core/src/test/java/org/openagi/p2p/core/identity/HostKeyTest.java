package org.openagi.p2p.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class HostKeyTest {
  private static final Bytes MESSAGE = Bytes.ofUtf8("Open-A.G.I");

  @Test
  void readsTheKeyOfTheSpecificationAndSignsLikeOthers() throws Exception {
    Vectors vectors = Vectors.load();
    HostKey key = HostKey.fromProtobuf(vectors.bytes("ed25519.private"));
    assertEquals(vectors.bytes("ed25519.private"), key.toProtobuf());
    assertEquals(vectors.bytes("ed25519.public"), key.publicKey().toProtobuf());
    assertEquals(vectors.text("ed25519.id"), key.peerId().toString());
    assertEquals(vectors.bytes("ed25519.signature"), key.sign(MESSAGE));
    assertEquals(
        vectors.bytes("ed25519.signature"),
        key.sign(Bytes.ofUtf8("<Open-A.G.I>").unsafeArray(), 1, 10));
  }

  @Test
  void readsTheOldFormWithThePublicKeyTwice() throws Exception {
    Bytes data = Vectors.load().bytes("ed25519.private").slice(4, 68);
    Bytes old = Bytes.fromHex("08011260").concat(data).concat(data.slice(32, 64));
    assertEquals(data, HostKey.fromProtobuf(old).toProtobuf().slice(4, 68));
    byte[] mismatch = old.toArray();
    mismatch[99] ^= 1;
    assertThrows(
        ProtocolViolationException.class, () -> HostKey.fromProtobuf(Bytes.wrap(mismatch)));
  }

  @Test
  void refusesAPublicKeyThatIsNotTheSeeds() throws Exception {
    byte[] wrong = Vectors.load().bytes("ed25519.private").toArray();
    for (int at : new int[] {4, 35, 36, 67}) {
      byte[] damaged = wrong.clone();
      damaged[at] ^= 4;
      var violation = assertThrows(
          ProtocolViolationException.class, () -> HostKey.fromProtobuf(Bytes.wrap(damaged)));
      assertTrue(violation.getMessage().contains("does not belong"), violation.getMessage());
    }
  }

  @Test
  void refusesOtherKindsAndLengths() throws Exception {
    Bytes ecdsa = Vectors.load().bytes("ecdsa.private");
    var violation =
        assertThrows(ProtocolViolationException.class, () -> HostKey.fromProtobuf(ecdsa));
    assertTrue(violation.getMessage().contains("only ED25519"), violation.getMessage());
    for (String hex : new String[] {"", "08011200", "08011220" + "01".repeat(32), "00"}) {
      assertThrows(
          ProtocolViolationException.class, () -> HostKey.fromProtobuf(Bytes.fromHex(hex)), hex);
    }
    assertThrows(IllegalArgumentException.class, () -> HostKey.fromSeed(Bytes.EMPTY));
  }

  @Test
  void generatedKeysAreDistinctAndSurviveStorage() throws Exception {
    HostKey key = HostKey.generate(new SecureRandom());
    assertNotEquals(key.peerId(), HostKey.generate(new SecureRandom()).peerId());
    HostKey stored = HostKey.fromProtobuf(key.toProtobuf());
    assertEquals(key.peerId(), stored.peerId());
    assertTrue(key.publicKey().verify(MESSAGE, stored.sign(MESSAGE)));
    assertEquals(key.publicKey(), key.peerId().publicKey().orElseThrow());
  }

  @Test
  void neverShowsTheSecret() {
    HostKey key = HostKey.fromSeed(Bytes.fromHex("42".repeat(32)));
    assertEquals("HostKey[" + key.peerId() + "]", key.toString());
    assertFalse(key.toString().contains("4242"));
  }
}
