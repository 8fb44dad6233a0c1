package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;

/** The same answers of every implementation, to honest and to hostile input. */
class Ed25519Test {
  private static final byte[] MESSAGE = Bytes.ofUtf8("message").unsafeArray();
  private static final Bytes SEED = Bytes.fromHex("01".repeat(32));

  /** RFC 8032, section 7.1: seed, public key, message, signature of tests 1, 2, 3 and SHA(abc). */
  private static final String[][] RFC_8032 = {
    {
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    },
    {
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    },
    {
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    }
  };

  static java.util.stream.Stream<CryptoProvider> providers() {
    return Providers.all();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void givesTheAnswersOfTheRfc(CryptoProvider provider) {
    for (String[] test : RFC_8032) {
      Ed25519Signer signer = provider.ed25519Signer(Bytes.fromHex(test[0]));
      Bytes publicKey = Bytes.fromHex(test[1]);
      Bytes message = Bytes.fromHex(test[2]);
      Bytes signature = Bytes.fromHex(test[3]);
      assertEquals(publicKey, signer.publicKey());
      assertEquals(signature, signer.sign(message.unsafeArray(), 0, message.length()));
      assertEquals(
          signature,
          provider
              .ed25519Signer(Bytes.fromHex(test[0]), publicKey)
              .sign(message.unsafeArray(), 0, message.length()));
      assertTrue(verifies(provider, publicKey, message.unsafeArray(), signature));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void signsAndVerifiesPartsOfArrays(CryptoProvider provider) {
    byte[] framed = Bytes.ofUtf8("<<message>>").unsafeArray();
    Ed25519Signer signer = provider.ed25519Signer(SEED);
    Ed25519Verifier verifier = provider.ed25519Verifier(signer.publicKey());
    Bytes signature = signer.sign(framed, 2, 7);
    assertEquals(signer.sign(MESSAGE, 0, 7), signature);
    assertTrue(verifier.verify(framed, 2, 7, signature));
    assertFalse(verifier.verify(framed, 1, 7, signature));
    assertThrows(IndexOutOfBoundsException.class, () -> signer.sign(framed, 10, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> verifier.verify(framed, 10, 2, signature));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void refusesEveryFlippedBit(CryptoProvider provider) {
    Ed25519Signer signer = provider.ed25519Signer(SEED);
    Bytes signature = signer.sign(MESSAGE, 0, MESSAGE.length);
    int step = provider.name().equals("jdk") ? 13 : 1; // the JDK takes a millisecond for each
    for (int bit = 0; bit < 512; bit += step) {
      byte[] flipped = signature.toArray();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(verifies(provider, signer.publicKey(), MESSAGE, Bytes.wrap(flipped)));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void refusesSignaturesOfAnotherLength(CryptoProvider provider) {
    Ed25519Signer signer = provider.ed25519Signer(SEED);
    byte[] signature = signer.sign(MESSAGE, 0, MESSAGE.length).toArray();
    for (int length : new int[] {0, 1, 32, 63, 65, 96, 128}) {
      Bytes other = Bytes.wrap(Arrays.copyOf(signature, length));
      assertFalse(verifies(provider, signer.publicKey(), MESSAGE, other), "length " + length);
    }
  }

  /** S and S + kL are the same scalar: a second signature for the same message. */
  @ParameterizedTest
  @MethodSource("providers")
  void refusesMalleatedScalars(CryptoProvider provider) {
    Ed25519Signer signer = provider.ed25519Signer(SEED);
    Bytes signature = signer.sign(MESSAGE, 0, MESSAGE.length);
    BigInteger s = EdwardsPoint.fromLittle(signature.slice(32, 64));
    for (int k = 1; k <= 15; k++) {
      BigInteger malleated = s.add(EdwardsPoint.L.multiply(BigInteger.valueOf(k)));
      if (malleated.bitLength() > 256) continue;
      Bytes forged = signature.slice(0, 32).concat(EdwardsPoint.little(malleated));
      assertFalse(verifies(provider, signer.publicKey(), MESSAGE, forged), "S + " + k + " L");
    }
  }

  /** Under a key of small order, R = S B is a valid signature of many messages. */
  @ParameterizedTest
  @MethodSource("providers")
  void refusesKeysOfSmallOrder(CryptoProvider provider) {
    EdwardsPoint generator = EdwardsPoint.ofOrder8();
    for (int k = 0; k < 8; k++) {
      EdwardsPoint small = generator.times(BigInteger.valueOf(k));
      for (Bytes key : encodings(small)) {
        for (int attempt = 0; attempt < 16; attempt++) {
          byte[] message = {(byte) attempt};
          Bytes signature = EdwardsPoint.BASE.encode().concat(EdwardsPoint.little(BigInteger.ONE));
          assertFalse(verifies(provider, key, message, signature), k + " as " + key.toHex());
        }
      }
    }
  }

  /** The canonical encoding, and those with y + p or the sign of zero that a lax decoder takes for it. */
  private static Bytes[] encodings(EdwardsPoint point) {
    boolean odd = point.x().testBit(0);
    BigInteger lax = point.y().add(EdwardsPoint.P);
    Bytes other = lax.bitLength() <= 255
        ? EdwardsPoint.encode(lax, odd)
        : EdwardsPoint.encode(point.y(), odd);
    return new Bytes[] {point.encode(), other, EdwardsPoint.encode(point.y(), !odd)};
  }

  /** A signature whose R has a component of small order satisfies only the equation multiplied by 8. */
  @ParameterizedTest
  @MethodSource("providers")
  void refusesSignaturesValidOnlyUpToTheCofactor(CryptoProvider provider) {
    BigInteger secret = new BigInteger(250, new Random(1));
    Bytes key = EdwardsPoint.BASE.times(secret).encode();
    BigInteger nonce = new BigInteger(250, new Random(2));
    EdwardsPoint small = EdwardsPoint.ofOrder8();
    assertTrue(verifies(provider, key, MESSAGE, sign(secret, key, nonce, EdwardsPoint.NEUTRAL)));
    for (int k = 1; k < 8; k++) {
      Bytes forged = sign(secret, key, nonce, small.times(BigInteger.valueOf(k)));
      assertFalse(verifies(provider, key, MESSAGE, forged), "R + " + k + " T");
    }
  }

  /** Whether a signature under a key with a component of small order is valid must not depend on who asks. */
  @Test
  void allImplementationsAgreeOnKeysWithAComponentOfSmallOrder() {
    BigInteger secret = new BigInteger(250, new Random(3));
    EdwardsPoint small = EdwardsPoint.ofOrder8();
    int valid = 0;
    for (int round = 0; round < 32; round++) {
      EdwardsPoint inKey = small.times(BigInteger.valueOf(1 + round % 7));
      EdwardsPoint inR = small.times(BigInteger.valueOf(round / 7));
      Bytes key = EdwardsPoint.BASE.times(secret).plus(inKey).encode();
      Bytes signature = sign(secret, key, BigInteger.valueOf(1000 + round), inR);
      List<Boolean> answers = Providers.all()
          .map(p -> verifies(p, key, MESSAGE, signature))
          .distinct()
          .toList();
      assertEquals(1, answers.size(), "round " + round);
      if (answers.get(0)) valid++;
    }
    assertTrue(valid > 0, "no case in which the components cancel out");
  }

  private static Bytes sign(BigInteger secret, Bytes key, BigInteger nonce, EdwardsPoint torsion) {
    Bytes r = EdwardsPoint.BASE.times(nonce).plus(torsion).encode();
    BigInteger s =
        EdwardsPoint.challenge(r, key, MESSAGE).multiply(secret).add(nonce).mod(EdwardsPoint.L);
    return r.concat(EdwardsPoint.little(s));
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aKeyThatIsNoPointVerifiesNothing(CryptoProvider provider) {
    Bytes signature = provider.ed25519Signer(SEED).sign(MESSAGE, 0, MESSAGE.length);
    for (String key :
        new String[] {"02" + "00".repeat(31), "ff".repeat(32), "ee" + "ff".repeat(31)}) {
      assertFalse(verifies(provider, Bytes.fromHex(key), MESSAGE, signature), key);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void refusesKeysOfAnotherLength(CryptoProvider provider) {
    Bytes shortKey = Bytes.wrap(new byte[31]);
    assertThrows(IllegalArgumentException.class, () -> provider.ed25519Signer(shortKey));
    assertThrows(IllegalArgumentException.class, () -> provider.ed25519Signer(SEED, shortKey));
    assertThrows(IllegalArgumentException.class, () -> provider.ed25519Verifier(shortKey));
    assertThrows(IllegalArgumentException.class, () -> provider.x25519FromPrivateKey(shortKey));
  }

  private static boolean verifies(
      CryptoProvider provider, Bytes key, byte[] message, Bytes signature) {
    return provider.ed25519Verifier(key).verify(message, 0, message.length, signature);
  }
}
