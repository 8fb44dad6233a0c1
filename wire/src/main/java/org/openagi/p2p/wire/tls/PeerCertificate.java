package org.openagi.p2p.wire.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;

/**
 * A self-signed certificate that carries our identity, and its private key.
 *
 * <p>The key is a fresh ECDSA P-256 key, because BoringSSL cannot present Ed25519 certificates; the
 * host key signs it in the libp2p extension. Made once per process and never stored. Immutable.
 *
 * @see "libp2p specs: tls/tls.md, libp2p Public Key Extension"
 */
public final class PeerCertificate {
  /**
   * How far the start of the validity lies in the past: peers whose clock is up to a day late still
   * accept the certificate. It protects nothing, since the key lives as long as the process.
   */
  private static final Duration BACKDATED = Duration.ofDays(1);

  private static final int VALID_YEARS = 100;
  private static final int SERIAL_BITS = 63;
  private static final String SIGNATURE = "SHA256withECDSA";

  private static final byte[] ALGORITHM = DerWriter.sequence(DerWriter.oid(Der.ECDSA_SHA256));
  private static final byte[] NAME = DerWriter.sequence(DerWriter.set(
      DerWriter.sequence(DerWriter.oid(Der.COMMON_NAME), DerWriter.utf8String("libp2p"))));

  private final PrivateKey privateKey;
  private final Bytes der;

  private PeerCertificate(PrivateKey privateKey, Bytes der) {
    this.privateKey = privateKey;
    this.der = der;
  }

  /**
   * Makes a certificate for the identity of {@code hostKey}.
   *
   * @param nowEpochMillis wall clock; the certificate is valid from a day before for 100 years
   */
  public static PeerCertificate create(HostKey hostKey, SecureRandom random, long nowEpochMillis) {
    try {
      KeyPairGenerator generator = FastJca.keyPairGenerator(SIGNATURE, "EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair keys = generator.generateKeyPair();
      byte[] tbs = signedPart(
          new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
          Math.floorDiv(nowEpochMillis, 1000L),
          keys.getPublic().getEncoded(),
          hostKey);
      Signature signer = FastJca.signature(SIGNATURE, "EC");
      signer.initSign(keys.getPrivate(), random);
      signer.update(tbs);
      byte[] der = DerWriter.sequence(tbs, ALGORITHM, DerWriter.bitString(signer.sign()));
      return new PeerCertificate(keys.getPrivate(), Bytes.wrap(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot make an ECDSA P-256 certificate", e);
    }
  }

  private static byte[] signedPart(
      BigInteger serial, long nowEpochSeconds, byte[] subjectPublicKeyInfo, HostKey hostKey) {
    LocalDateTime notBefore =
        LocalDateTime.ofEpochSecond(nowEpochSeconds - BACKDATED.toSeconds(), 0, ZoneOffset.UTC);
    return DerWriter.sequence(
        DerWriter.explicit(0, DerWriter.integer(BigInteger.TWO)), // version 3
        DerWriter.integer(serial),
        ALGORITHM,
        NAME,
        DerWriter.sequence(
            DerWriter.time(notBefore), DerWriter.time(notBefore.plusYears(VALID_YEARS))),
        NAME,
        subjectPublicKeyInfo,
        DerWriter.explicit(3, DerWriter.sequence(extension(subjectPublicKeyInfo, hostKey))));
  }

  private static byte[] extension(byte[] subjectPublicKeyInfo, HostKey hostKey) {
    Bytes signature = hostKey.sign(PeerCertificateVerifier.signedText(subjectPublicKeyInfo));
    byte[] signedKey = DerWriter.sequence(
        DerWriter.octetString(hostKey.publicKey().toProtobuf().toArray()),
        DerWriter.octetString(signature.toArray()));
    return DerWriter.sequence(
        DerWriter.oid(Der.LIBP2P_EXTENSION), DerWriter.octetString(signedKey));
  }

  /** The private key that belongs to the certificate; secret. */
  public PrivateKey privateKey() {
    return privateKey;
  }

  /** The certificate in DER. */
  public Bytes der() {
    return der;
  }

  @Override
  public String toString() {
    return "PeerCertificate[" + der.length() + " bytes]";
  }
}
