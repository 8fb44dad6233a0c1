package org.openagi.p2p.wire.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;

/**
 * Checks the signature of a certificate by its own key. Accepts what TLS 1.3 peers use: ECDSA on the
 * NIST curves, Ed25519, and RSA of bounded size, with SHA-256 or longer.
 *
 * <p>Stateless.
 *
 * @see "libp2p specs: tls/tls.md, Peer Authentication"
 */
final class CertificateSignature {
  private static final int MIN_RSA_BITS = 2048;

  /** A verification takes time quadratic in the modulus; 8192 bits are 0.3 ms. */
  private static final int MAX_RSA_BITS = 8192;

  /** A public exponent beyond 2^64 serves only to make verification expensive. */
  private static final int MAX_RSA_EXPONENT_BITS = 64;

  private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

  private CertificateSignature() {}

  static void requireSelfSigned(ParsedCertificate certificate) throws PeerCertificateException {
    DerReader algorithm = new DerReader(certificate.signatureAlgorithm).enter(Der.SEQUENCE);
    String oid = algorithm.oid();
    boolean valid;
    try {
      Signature verifier = verifier(oid, algorithm);
      verifier.initVerify(publicKey(oid, certificate.subjectPublicKeyInfo));
      verifier.update(certificate.signedPart);
      valid = verifier.verify(certificate.signature);
    } catch (PeerCertificateException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new PeerCertificateException(
          Reason.BAD_SELF_SIGNATURE,
          "certificate: its signature (" + oid + ") cannot be checked with its key",
          e);
    }
    if (!valid) {
      throw new PeerCertificateException(
          Reason.BAD_SELF_SIGNATURE, "certificate: its key did not sign it (" + oid + ")");
    }
  }

  private static Signature verifier(String oid, DerReader algorithm)
      throws GeneralSecurityException, IOException {
    return switch (oid) {
      case Der.ECDSA_SHA256 -> Signature.getInstance("SHA256withECDSA");
      case Der.ECDSA_SHA384 -> Signature.getInstance("SHA384withECDSA");
      case Der.ECDSA_SHA512 -> Signature.getInstance("SHA512withECDSA");
      case Der.RSA_SHA256 -> Signature.getInstance("SHA256withRSA");
      case Der.RSA_SHA384 -> Signature.getInstance("SHA384withRSA");
      case Der.RSA_SHA512 -> Signature.getInstance("SHA512withRSA");
      case Der.ED25519 -> Signature.getInstance("Ed25519");
      case Der.RSA_PSS -> pssVerifier(algorithm);
      default -> throw unsupported("signature algorithm " + oid);
    };
  }

  private static Signature pssVerifier(DerReader algorithm)
      throws GeneralSecurityException, IOException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
    parameters.init(algorithm.element(Der.SEQUENCE));
    PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
    String digest = spec.getDigestAlgorithm();
    boolean sameDigest = spec.getMGFParameters() instanceof MGF1ParameterSpec mgf
        && mgf.getDigestAlgorithm().equals(digest);
    if (!PSS_DIGESTS.contains(digest) || !sameDigest) {
      throw unsupported("RSASSA-PSS with " + digest);
    }
    Signature verifier = Signature.getInstance("RSASSA-PSS");
    verifier.setParameter(spec);
    return verifier;
  }

  private static PublicKey publicKey(String oid, byte[] subjectPublicKeyInfo)
      throws GeneralSecurityException {
    X509EncodedKeySpec spec = new X509EncodedKeySpec(subjectPublicKeyInfo);
    return switch (oid) {
      case Der.ECDSA_SHA256, Der.ECDSA_SHA384, Der.ECDSA_SHA512 ->
        (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
      case Der.ED25519 -> KeyFactory.getInstance("Ed25519").generatePublic(spec);
      default -> bounded((RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec));
    };
  }

  private static PublicKey bounded(RSAPublicKey key) throws PeerCertificateException {
    int bits = key.getModulus().bitLength();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw unsupported(
          "RSA key of " + bits + " bits, allowed are " + MIN_RSA_BITS + ".." + MAX_RSA_BITS);
    }
    if (key.getPublicExponent().bitLength() > MAX_RSA_EXPONENT_BITS) {
      throw unsupported("RSA exponent of "
          + key.getPublicExponent().bitLength()
          + " bits, limit "
          + MAX_RSA_EXPONENT_BITS);
    }
    return key;
  }

  private static PeerCertificateException unsupported(String what) {
    return new PeerCertificateException(
        Reason.UNSUPPORTED_ALGORITHM, "certificate: " + what + " is not accepted");
  }
}
