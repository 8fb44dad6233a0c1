package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/** The answers of the RFC, what one implementation seals opened by the other, and everything that must not open. */
class HpkeTest {
  private static final byte[] INFO = {1, 2, 3};
  private static final byte[] ASSOCIATED = {4, 5};
  private static final Bytes PRIVATE =
      Bytes.fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  private static final Bytes PUBLIC =
      CryptoProvider.best().x25519FromPrivateKey(PRIVATE).publicKey();

  static Stream<Hpke> implementations() {
    return Stream.of(JcaCryptoProvider.conscrypt().hpke(), BouncyCastleHpke.INSTANCE);
  }

  @Test
  void eachProviderHasOne() {
    assertEquals(
        java.util.List.of("conscrypt", "bouncycastle", "bouncycastle"),
        Providers.all().map(provider -> provider.hpke().name()).toList());
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void opensTheExampleOfTheRfc(Hpke hpke) throws Exception {
    Properties vector = new Properties();
    try (InputStream in = HpkeTest.class.getResourceAsStream("hpke-rfc9180.properties")) {
      vector.load(Objects.requireNonNull(in));
    }
    byte[] plain = hpke.open(
        field(vector, "skRm"),
        field(vector, "info").toArray(),
        field(vector, "aad").toArray(),
        HpkeRules.join(field(vector, "enc").toArray(), field(vector, "ct").toArray()));
    assertEquals(field(vector, "pt"), Bytes.wrap(plain));
    assertEquals(
        field(vector, "pkRm"),
        CryptoProvider.best().x25519FromPrivateKey(field(vector, "skRm")).publicKey());
  }

  private static Bytes field(Properties vector, String name) {
    return Bytes.fromHex(vector.getProperty(name));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void whatOneSealsTheOtherOpens(Hpke hpke) throws Exception {
    for (int length : new int[] {0, 1, 300, 300_000}) {
      byte[] plain = new byte[length];
      new SecureRandom().nextBytes(plain);
      byte[] sealed = hpke.seal(PUBLIC, INFO, ASSOCIATED, plain);
      assertEquals(length + Hpke.OVERHEAD_BYTES, sealed.length);
      for (Hpke other : implementations().toList()) {
        assertArrayEquals(plain, other.open(PRIVATE, INFO, ASSOCIATED, sealed));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void neverSealsTheSameTwice(Hpke hpke) throws Exception {
    byte[] first = hpke.seal(PUBLIC, INFO, ASSOCIATED, INFO);
    assertNotEquals(Bytes.wrap(first), Bytes.wrap(hpke.seal(PUBLIC, INFO, ASSOCIATED, INFO)));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void opensNothingThatWasChanged(Hpke hpke) throws Exception {
    byte[] sealed = hpke.seal(PUBLIC, INFO, ASSOCIATED, new byte[20]);
    for (int at = 0; at < sealed.length; at++) {
      byte[] changed = sealed.clone();
      // The highest bit of an X25519 key is masked, but the key schedule covers it.
      changed[at] ^= (byte) (at == Hpke.ENCAPSULATED_BYTES - 1 ? 0x80 : 1);
      refuses(hpke, PRIVATE, INFO, ASSOCIATED, changed);
    }
    for (int length = 0; length < sealed.length; length++) {
      refuses(hpke, PRIVATE, INFO, ASSOCIATED, Arrays.copyOf(sealed, length));
    }
    refuses(hpke, PRIVATE, ASSOCIATED, ASSOCIATED, sealed);
    refuses(hpke, PRIVATE, INFO, INFO, sealed);
    refuses(hpke, Bytes.wrap(new byte[32]), INFO, ASSOCIATED, sealed);
  }

  private static void refuses(Hpke hpke, Bytes key, byte[] info, byte[] associated, byte[] sealed) {
    ProtocolViolationException wrong = assertThrows(
        ProtocolViolationException.class, () -> hpke.open(key, info, associated, sealed));
    assertEquals(Scope.PEER, wrong.scope());
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void sealsForNoKeyThatEverybodyCouldOpen(Hpke hpke) throws IOException {
    assertThrows(
        ProtocolViolationException.class,
        () -> hpke.seal(Bytes.wrap(new byte[32]), INFO, ASSOCIATED, INFO));
    assertThrows(
        ProtocolViolationException.class,
        () -> hpke.seal(Bytes.wrap(new byte[31]), INFO, ASSOCIATED, INFO));
    byte[] lowOrder = new byte[Hpke.OVERHEAD_BYTES];
    refuses(hpke, PRIVATE, INFO, ASSOCIATED, lowOrder);
  }
}
