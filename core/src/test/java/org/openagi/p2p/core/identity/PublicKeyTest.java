package org.openagi.p2p.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.protobuf.ProtoWriter;

class PublicKeyTest {
  private static final Bytes MESSAGE = Bytes.ofUtf8("Open-A.G.I");

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "secp256k1", "rsa"})
  void verifiesWhatOthersSign(String kind) throws Exception {
    Vectors vectors = Vectors.load();
    PublicKey key = PublicKey.fromProtobuf(vectors.bytes(kind + ".public"));
    Bytes signature = vectors.bytes(kind + ".signature");
    assertEquals(kind.toUpperCase(java.util.Locale.ROOT), key.type().name());
    assertTrue(key.verify(MESSAGE, signature));
    assertTrue(key.verify(Bytes.ofUtf8("<Open-A.G.I>").unsafeArray(), 1, 10, signature));
    assertFalse(key.verify(Bytes.ofUtf8("Open-A.G.J"), signature));
    assertFalse(key.verify(MESSAGE, Bytes.EMPTY));
    for (int i = 0; i < signature.length(); i += 7) {
      byte[] damaged = signature.toArray();
      damaged[i] ^= 1;
      assertFalse(key.verify(MESSAGE, Bytes.wrap(damaged)), "byte " + i);
    }
    assertEquals(vectors.bytes(kind + ".public"), key.toProtobuf());
    assertEquals(key, PublicKey.of(key.type(), key.data()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
  void verifiesEcdsaOnTheNistCurves(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    KeyPair pair = generator.generateKeyPair();
    PublicKey key = PublicKey.fromProtobuf(protobuf(3, pair.getPublic().getEncoded()));
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(MESSAGE.unsafeArray());
    Bytes signature = Bytes.wrap(signer.sign());
    assertTrue(key.verify(MESSAGE, signature));
    assertFalse(key.verify(Bytes.EMPTY, signature));
    assertFalse(key.verify(MESSAGE, signature.concat(Bytes.fromHex("00"))));
    assertEquals(KeyType.ECDSA, key.type());
  }

  @Test
  void readsTheEcdsaKeyOfTheSpecification() throws Exception {
    Bytes encoded = Vectors.load().bytes("ecdsa.public");
    assertEquals(encoded, PublicKey.fromProtobuf(encoded).toProtobuf());
  }

  /** n - s is as good a solution as s; BIP 62 wants the lower one. */
  @Test
  void refusesTheOtherHalfOfASecp256k1Signature() throws Exception {
    Vectors vectors = Vectors.load();
    PublicKey key = PublicKey.fromProtobuf(vectors.bytes("secp256k1.public"));
    ASN1Sequence rs =
        ASN1Sequence.getInstance(vectors.bytes("secp256k1.signature").toArray());
    BigInteger order = CustomNamedCurves.getByName("secp256k1").getN();
    BigInteger highS = order.subtract(ASN1Integer.getInstance(rs.getObjectAt(1)).getValue());
    byte[] high = new DERSequence(
            new ASN1Integer[] {ASN1Integer.getInstance(rs.getObjectAt(0)), new ASN1Integer(highS)})
        .getEncoded("DER");
    assertFalse(key.verify(MESSAGE, Bytes.wrap(high)));
  }

  @ParameterizedTest
  @CsvSource({
    "'', without type",
    "0801, without type or data",
    "12020102, without type or data",
    "0804120101, key type 4",
    "0801121f, cut off",
    "08011203010203, expected 32",
    "08021203010203, expected 33",
    "0803120101, malformed",
    "0800120101, malformed",
    "0801120101180f, extra field 3"
  })
  void refusesMalformedKeys(String hex, String reason) {
    var violation = assertThrows(
        ProtocolViolationException.class, () -> PublicKey.fromProtobuf(Bytes.fromHex(hex)));
    assertTrue(violation.getMessage().contains(reason), violation.getMessage());
  }

  @Test
  void refusesEncodingsOtherThanTheDeterministicOne() throws Exception {
    Bytes data = Bytes.fromHex("1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e");
    String hex = data.toHex();
    for (String other : new String[] {
      "1220" + hex + "0801", // order
      "0881001220" + hex, // padded varint
      "080112a000" + hex, // padded length
      "080108011220" + hex, // field twice
    }) {
      var violation = assertThrows(
          ProtocolViolationException.class,
          () -> PublicKey.fromProtobuf(Bytes.fromHex(other)),
          other);
      assertTrue(violation.getMessage().contains("deterministic"), violation.getMessage());
    }
    assertEquals(data, PublicKey.fromProtobuf(Bytes.fromHex("08011220" + hex)).data());
  }

  @Test
  void boundsRsaKeys() throws Exception {
    for (int bits : new int[] {2048, 8192}) {
      Bytes encoded = protobuf(0, rsa(bits, BigInteger.valueOf(65537)));
      assertTrue(encoded.length() <= PublicKey.MAX_PROTOBUF_BYTES);
      assertEquals(KeyType.RSA, PublicKey.fromProtobuf(encoded).type());
    }
    for (int bits : new int[] {1024, 2047, 8193, 16384}) {
      Bytes encoded = protobuf(0, rsa(bits, BigInteger.valueOf(65537)));
      assertThrows(ProtocolViolationException.class, () -> PublicKey.fromProtobuf(encoded));
    }
    Bytes slow = protobuf(0, rsa(2048, BigInteger.ONE.shiftLeft(1000).setBit(0)));
    assertThrows(ProtocolViolationException.class, () -> PublicKey.fromProtobuf(slow));
  }

  private static byte[] rsa(int bits, BigInteger exponent) throws Exception {
    BigInteger modulus = BigInteger.ONE.shiftLeft(bits - 1).setBit(0);
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(modulus, exponent))
          .getEncoded();
    } catch (java.security.spec.InvalidKeySpecException e) {
      // the JDK itself refuses to make such a key; build the DER by hand
      return new org.bouncycastle.asn1.x509.SubjectPublicKeyInfo(
              new org.bouncycastle.asn1.x509.AlgorithmIdentifier(
                  org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.rsaEncryption,
                  org.bouncycastle.asn1.DERNull.INSTANCE),
              new org.bouncycastle.asn1.pkcs.RSAPublicKey(modulus, exponent))
          .getEncoded("DER");
    }
  }

  @Test
  void refusesDerThatIsNotCanonical() throws Exception {
    Bytes encoded = Vectors.load().bytes("ecdsa.public");
    byte[] der = Arrays.copyOfRange(encoded.toArray(), 4, encoded.length());
    byte[] longLength = new byte[der.length + 1]; // 30 81 59 … instead of 30 59 …
    longLength[0] = 0x30;
    longLength[1] = (byte) 0x81;
    System.arraycopy(der, 1, longLength, 2, der.length - 1);
    for (byte[] other : new byte[][] {longLength, Arrays.copyOf(der, der.length + 1)}) {
      Bytes bad = protobuf(3, other);
      assertThrows(ProtocolViolationException.class, () -> PublicKey.fromProtobuf(bad));
    }
  }

  @Test
  void refusesSecp256k1PointsOffTheCurveOrUncompressed() {
    for (String point : new String[] {
      "02" + "ff".repeat(32),
      "05" + "01".repeat(32),
      "00".repeat(33),
      "04" + "01".repeat(64),
      "02" + "00".repeat(32)
    }) {
      Bytes encoded = protobuf(2, Bytes.fromHex(point).unsafeArray());
      assertThrows(ProtocolViolationException.class, () -> PublicKey.fromProtobuf(encoded), point);
    }
  }

  private static Bytes protobuf(int type, byte[] data) {
    return new ProtoWriter().varint(1, type).bytes(2, Bytes.wrap(data)).toBytes();
  }

  @Property
  void arbitraryBytesAreReadOrRefused(@ForAll @Size(max = 80) byte[] bytes) {
    try {
      assertEquals(
          Bytes.copyOf(bytes), PublicKey.fromProtobuf(Bytes.copyOf(bytes)).toProtobuf());
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }

  @Property(tries = 200)
  void arbitraryDataOfEveryKindAreReadOrRefused(
      @ForAll KeyType type,
      @ForAll @Size(max = 120) byte[] data,
      @ForAll @Size(max = 80) byte[] signature) {
    try {
      PublicKey key = PublicKey.fromProtobuf(protobuf(type.code(), data));
      assertFalse(key.verify(MESSAGE, Bytes.copyOf(signature)));
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }
}
