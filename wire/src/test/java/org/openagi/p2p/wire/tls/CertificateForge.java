package org.openagi.p2p.wire.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.LocalDateTime;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PublicKey;

/** Makes certificates that are wrong in chosen ways, and right in others. */
final class CertificateForge {
  private final HostKey hostKey;
  private final KeyPair keys;
  private final String signatureName;
  private final byte[] algorithm;

  CertificateForge(HostKey hostKey) throws GeneralSecurityException {
    this(hostKey, "EC", "SHA256withECDSA", Der.ECDSA_SHA256);
  }

  CertificateForge(HostKey hostKey, String keyType, String signatureName, String oid)
      throws GeneralSecurityException {
    this.hostKey = hostKey;
    this.signatureName = signatureName;
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(keyType.startsWith("RSA") ? "RSA" : keyType);
    if (keyType.equals("RSA")) generator.initialize(2048);
    if (keyType.equals("RSA1024")) generator.initialize(1024);
    if (keyType.equals("EC")) generator.initialize(256);
    keys = generator.generateKeyPair();
    algorithm = keyType.startsWith("RSA")
        ? DerWriter.sequence(DerWriter.oid(oid), new byte[] {5, 0})
        : DerWriter.sequence(DerWriter.oid(oid));
  }

  byte[] libp2pExtension(boolean critical) {
    Bytes signature =
        hostKey.sign(PeerCertificateVerifier.signedText(keys.getPublic().getEncoded()));
    byte[] value = DerWriter.octetString(DerWriter.sequence(
        DerWriter.octetString(hostKey.publicKey().toProtobuf().toArray()),
        DerWriter.octetString(signature.toArray())));
    byte[] oid = DerWriter.oid(Der.LIBP2P_EXTENSION);
    return critical
        ? DerWriter.sequence(oid, DerWriter.element(Der.BOOLEAN, new byte[] {-1}), value)
        : DerWriter.sequence(oid, value);
  }

  byte[] build(byte[]... extensions) throws GeneralSecurityException {
    return build(keys, extensions);
  }

  /** A good certificate, but for the key that signs it. */
  byte[] buildSignedBy(CertificateForge other) throws GeneralSecurityException {
    return build(other.keys, libp2pExtension(false));
  }

  private byte[] build(KeyPair signingKeys, byte[]... extensions) throws GeneralSecurityException {
    byte[] tbs = DerWriter.sequence(
        DerWriter.explicit(0, DerWriter.integer(BigInteger.TWO)),
        DerWriter.integer(BigInteger.ONE),
        algorithm,
        DerWriter.sequence(),
        DerWriter.sequence(
            DerWriter.time(LocalDateTime.of(1975, 1, 1, 0, 0)),
            DerWriter.time(LocalDateTime.of(4096, 1, 1, 0, 0))),
        DerWriter.sequence(),
        keys.getPublic().getEncoded(),
        DerWriter.explicit(3, DerWriter.sequence(extensions)));
    Signature signer = Signature.getInstance(signatureName);
    signer.initSign(signingKeys.getPrivate());
    signer.update(tbs);
    return DerWriter.sequence(tbs, algorithm, DerWriter.bitString(signer.sign()));
  }

  PublicKey verify(byte[] der, long now) throws PeerCertificateException {
    return PeerCertificateVerifier.verify(List.of(der), now);
  }
}
