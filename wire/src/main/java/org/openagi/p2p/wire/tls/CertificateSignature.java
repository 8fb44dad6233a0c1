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

  /** P-256, P-384 and P-521. */
  private static final Set<Integer> EC_FIELD_BITS = Set.of(256, 384, 521);

  /** A public exponent beyond 2^64 serves only to make verification expensive. */
  private static final int MAX_RSA_EXPONENT_BITS = 64;

  private static final String PSS = "RSASSA-PSS";

  private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

  private CertificateSignature() {}

  static void requireSelfSigned(ParsedCertificate certificate) throws PeerCertificateException {
    DerReader algorithm = new DerReader(certificate.signatureAlgorithm).enter(Der.SEQUENCE);
    String oid = algorithm.oid();
    boolean valid;
    try {
      Names names = names(oid);
      Signature verifier = names.signature().equals(PSS)
          ? pssVerifier(algorithm)
          : FastJca.signature(names.signature(), names.keyType());
      verifier.initVerify(publicKey(names, certificate.subjectPublicKeyInfo));
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

  /** The JCA name of a signature algorithm and of its keys. */
  private record Names(String signature, String keyType) {}

  private static Names names(String oid) throws PeerCertificateException {
    return switch (oid) {
      case Der.ECDSA_SHA256 -> new Names("SHA256withECDSA", "EC");
      case Der.ECDSA_SHA384 -> new Names("SHA384withECDSA", "EC");
      case Der.ECDSA_SHA512 -> new Names("SHA512withECDSA", "EC");
      case Der.RSA_SHA256 -> new Names("SHA256withRSA", "RSA");
      case Der.RSA_SHA384 -> new Names("SHA384withRSA", "RSA");
      case Der.RSA_SHA512 -> new Names("SHA512withRSA", "RSA");
      case Der.RSA_PSS -> new Names(PSS, "RSA");
      case Der.ED25519 -> new Names("Ed25519", "Ed25519");
      default -> throw unsupported("signature algorithm " + oid);
    };
  }

  private static Signature pssVerifier(DerReader algorithm)
      throws GeneralSecurityException, IOException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance(PSS);
    parameters.init(algorithm.element(Der.SEQUENCE));
    PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
    String digest = spec.getDigestAlgorithm();
    boolean sameDigest = spec.getMGFParameters() instanceof MGF1ParameterSpec mgf
        && mgf.getDigestAlgorithm().equals(digest);
    if (!PSS_DIGESTS.contains(digest) || !sameDigest) {
      throw unsupported("RSASSA-PSS with " + digest);
    }
    Signature verifier = Signature.getInstance(PSS);
    verifier.setParameter(spec);
    return verifier;
  }

  private static PublicKey publicKey(Names names, byte[] subjectPublicKeyInfo)
      throws GeneralSecurityException {
    KeyFactory factory = FastJca.keyFactory(names.signature(), names.keyType());
    PublicKey key = factory.generatePublic(new X509EncodedKeySpec(subjectPublicKeyInfo));
    if (key instanceof RSAPublicKey rsa) return bounded(rsa);
    if (key instanceof ECPublicKey ec) return onAcceptedCurve(ec);
    return key;
  }

  private static PublicKey onAcceptedCurve(ECPublicKey key) throws PeerCertificateException {
    int bits = key.getParams().getCurve().getField().getFieldSize();
    if (!EC_FIELD_BITS.contains(bits)) {
      throw unsupported("elliptic curve of " + bits + " bits");
    }
    return key;
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
