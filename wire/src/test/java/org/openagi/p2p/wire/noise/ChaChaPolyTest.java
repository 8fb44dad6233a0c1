package org.openagi.p2p.wire.noise;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.security.Provider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;

/** Published vectors through every cipher implementation that this machine has. */
class ChaChaPolyTest {
  /** A line of the vector files: key, nonce, plaintext, associated data, ciphertext, tag. */
  record Vector(int line, byte[] key, byte[] nonce, byte[] text, byte[] data, byte[] sealed) {}

  static Stream<ChaChaPoly> engines() {
    return CryptoProvider.best()
        .jcaProvider()
        .map(provider -> Stream.of(new ChaChaPoly(null), new ChaChaPoly(provider)))
        .orElseGet(() -> Stream.of(new ChaChaPoly(null)));
  }

  /** Ciphers refuse to encrypt twice in a row under one key and nonce, as vectors do: new engines. */
  @Test
  void sealsAndOpensThePublishedVectors() throws Exception {
    List<Vector> vectors = vectors();
    assertEquals(66, vectors.size());
    for (Vector vector : vectors) {
      for (ChaChaPoly engine : engines().toList()) sealsAndOpens(engine, vector);
    }
  }

  private static void sealsAndOpens(ChaChaPoly engine, Vector vector) throws Exception {
    byte[] out = new byte[vector.sealed().length];
    int written = engine.seal(
        key(vector.key()),
        new IvParameterSpec(vector.nonce()),
        vector.data(),
        vector.text(),
        0,
        vector.text().length,
        out,
        0);
    assertEquals(out.length, written);
    assertArrayEquals(vector.sealed(), out, "line " + vector.line());
    byte[] opened = open(engine, vector, vector.sealed());
    assertArrayEquals(vector.text(), opened, "line " + vector.line());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void refusesEverySingleBitFlip(ChaChaPoly engine) throws Exception {
    Vector vector = vectors().get(1);
    for (int bit = 0; bit < vector.sealed().length * 8; bit++) {
      byte[] damaged = vector.sealed().clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThrows(AEADBadTagException.class, () -> open(engine, vector, damaged), "bit " + bit);
    }
  }

  @Test
  void theTwoImplementationsAgreeOnEverySizeAroundTheirBorder() throws Exception {
    Provider provider = CryptoProvider.best().jcaProvider().orElse(null);
    Assumptions.assumeTrue(provider != null);
    ChaChaPoly jdk = new ChaChaPoly(null);
    ChaChaPoly mixed = new ChaChaPoly(provider);
    byte[] key = new byte[32];
    byte[] text = new byte[2200];
    new Random(5).nextBytes(key);
    new Random(6).nextBytes(text);
    for (int length = 0; length < text.length; length += length < 80 ? 1 : 53) {
      byte[] one = new byte[length + ChaChaPoly.TAG_BYTES];
      byte[] two = new byte[length + ChaChaPoly.TAG_BYTES];
      jdk.seal(key(key), length, new byte[0], text, 0, length, one, 0);
      mixed.seal(key(key), length, new byte[0], text, 0, length, two, 0);
      assertArrayEquals(one, two, length + " bytes");
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void sealsAndOpensInPlace(ChaChaPoly engine) throws Exception {
    for (int length : new int[] {0, 1, 76, 224, 225, 240, 241, 2047, 2048, 65_519}) {
      byte[] text = new byte[length];
      new Random(length).nextBytes(text);
      byte[] array = Arrays.copyOf(new byte[2], 2 + length + ChaChaPoly.TAG_BYTES);
      System.arraycopy(text, 0, array, 2, length);
      engine.seal(key(new byte[32]), length, new byte[0], array, 2, length, array, 2);
      engine.open(key(new byte[32]), length, new byte[0], array, 2, length + 16, array, 2);
      assertArrayEquals(text, Arrays.copyOfRange(array, 2, 2 + length), length + " bytes");
    }
  }

  /** Project Wycheproof's cases with nonces of 96 bits, the one size that Noise has. */
  @ParameterizedTest
  @MethodSource("engines")
  void givesTheVerdictsOfWycheproof(ChaChaPoly engine) throws IOException {
    int checked = 0;
    for (String line : resource("wycheproof-chacha20-poly1305.txt")) {
      if (line.startsWith("#")) continue;
      String[] part = line.split(" ", -1);
      byte[] sealed = concat(hex(part[6]), hex(part[7]));
      Vector vector = new Vector(
          Integer.parseInt(part[0]),
          hex(part[2]),
          hex(part[3]),
          hex(part[4]),
          hex(part[5]),
          sealed);
      boolean opened;
      try {
        opened = Arrays.equals(vector.text(), open(engine, vector, sealed));
      } catch (AEADBadTagException e) {
        opened = false;
      }
      assertEquals(part[1].equals("valid"), opened, "tcId " + part[0]);
      checked++;
    }
    assertEquals(316, checked);
  }

  private static byte[] open(ChaChaPoly engine, Vector vector, byte[] sealed)
      throws AEADBadTagException {
    byte[] out = new byte[sealed.length - ChaChaPoly.TAG_BYTES];
    engine.open(
        key(vector.key()),
        new IvParameterSpec(vector.nonce()),
        vector.data(),
        sealed,
        0,
        sealed.length,
        out,
        0);
    return out;
  }

  private static SecretKeySpec key(byte[] key) {
    return new SecretKeySpec(key, "ChaCha20");
  }

  private static List<Vector> vectors() throws IOException {
    List<Vector> vectors = new ArrayList<>();
    int number = 0;
    for (String line : resource("boringssl-chacha20-poly1305.txt")) {
      number++;
      if (line.startsWith("#")) continue;
      String[] part = line.split(" ", -1);
      vectors.add(new Vector(
          number,
          hex(part[0]),
          hex(part[1]),
          hex(part[2]),
          hex(part[3]),
          concat(hex(part[4]), hex(part[5]))));
    }
    return vectors;
  }

  static List<String> resource(String name) throws IOException {
    try (InputStream in = ChaChaPolyTest.class.getResourceAsStream(name)) {
      if (in == null) throw new IOException("no test resource " + name);
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }

  static byte[] hex(String text) {
    return text.equals("-") ? new byte[0] : Bytes.fromHex(text).toArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
