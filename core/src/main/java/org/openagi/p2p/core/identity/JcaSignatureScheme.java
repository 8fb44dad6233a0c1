package org.openagi.p2p.core.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * RSA and ECDSA keys, given as X.509 SubjectPublicKeyInfo, verified by the JDK.
 *
 * <p>The DER must be exactly what encoding the key again gives, so a key has one form and a peer one id.
 *
 * @see "libp2p specs: peer-ids, RSA and ECDSA"
 */
final class JcaSignatureScheme implements SignatureScheme {
  /** Shortest modulus accepted, as in go-libp2p: shorter ones can be forged. */
  static final int MIN_RSA_BITS = 2048;

  /** Longest modulus accepted, as in go-libp2p: verification costs grow with its square. */
  static final int MAX_RSA_BITS = 8192;

  /** Largest public exponent accepted: all software uses 65537, larger ones only cost time. */
  private static final int MAX_RSA_EXPONENT_BITS = 32;

  /** Field sizes of P-256, P-384 and P-521, the curves that both Go and the JDK know. */
  private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);

  private final String algorithm;
  private final java.security.PublicKey key;

  private JcaSignatureScheme(String algorithm, java.security.PublicKey key) {
    this.algorithm = algorithm;
    this.key = key;
  }

  /**
   * Prepares an RSA key.
   *
   * @throws IllegalArgumentException if it is malformed or of an unacceptable size
   */
  static SignatureScheme rsa(Bytes der) {
    RSAPublicKey key = (RSAPublicKey) decode("RSA", der);
    int bits = key.getModulus().bitLength();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new IllegalArgumentException(
          "RSA key of " + bits + " bits, expected " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
    }
    BigInteger exponent = key.getPublicExponent();
    if (exponent.bitLength() > MAX_RSA_EXPONENT_BITS || !exponent.testBit(0)) {
      throw new IllegalArgumentException("RSA public exponent of " + exponent.bitLength()
          + " bits, expected an odd one of at most 32");
    }
    return new JcaSignatureScheme("SHA256withRSA", key);
  }

  /**
   * Prepares an ECDSA key.
   *
   * @throws IllegalArgumentException if it is malformed or on an unknown curve
   */
  static SignatureScheme ecdsa(Bytes der) {
    ECPublicKey key = (ECPublicKey) decode("EC", der);
    int bits = key.getParams().getCurve().getField().getFieldSize();
    if (!(key.getParams().getCurve().getField() instanceof ECFieldFp)
        || !CURVE_BITS.contains(bits)) {
      throw new IllegalArgumentException("ECDSA key on an unsupported curve of " + bits + " bits");
    }
    return new JcaSignatureScheme("SHA256withECDSA", key);
  }

  private static java.security.PublicKey decode(String algorithm, Bytes der) {
    java.security.PublicKey key;
    try {
      key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der.toArray()));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException(
          algorithm + " public key is malformed: " + e.getMessage(), e);
    }
    if (!Bytes.wrap(key.getEncoded()).equals(der)) {
      throw new IllegalArgumentException(algorithm + " public key is not canonical DER");
    }
    return key;
  }

  @Override
  public boolean verify(byte[] message, int offset, int length, Bytes signature) {
    try {
      Signature verification = Signature.getInstance(algorithm);
      verification.initVerify(key);
      verification.update(message, offset, length);
      return verification.verify(signature.unsafeArray());
    } catch (SignatureException e) {
      return false; // malformed signature
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK failed to verify with " + algorithm, e);
    }
  }
}
