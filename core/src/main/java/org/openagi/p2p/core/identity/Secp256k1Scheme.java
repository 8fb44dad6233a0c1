package org.openagi.p2p.core.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * ECDSA on secp256k1 over SHA-256, by BouncyCastle, which is loaded when the first such peer comes along.
 *
 * @see "libp2p specs: peer-ids, Secp256k1; BIP 62, rules 1 and 5 (strict DER, low S)"
 */
final class Secp256k1Scheme implements SignatureScheme {
  static final int KEY_BYTES = 33;

  /** Longest DER signature: two integers of 33 bytes with their headers. */
  private static final int MAX_SIGNATURE_BYTES = 72;

  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
  private static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);
  private static final BigInteger HALF_ORDER = CURVE.getN().shiftRight(1);

  private final ECPublicKeyParameters key;

  /**
   * Prepares a key.
   *
   * @param compressed the 33-byte compressed point
   * @throws IllegalArgumentException if it is not that, or not on the curve
   */
  Secp256k1Scheme(Bytes compressed) {
    if (compressed.length() != KEY_BYTES) {
      throw new IllegalArgumentException(
          "secp256k1 public key of " + compressed.length() + " bytes, expected " + KEY_BYTES);
    }
    key = new ECPublicKeyParameters(CURVE.getCurve().decodePoint(compressed.toArray()), DOMAIN);
  }

  @Override
  public boolean verify(byte[] message, int offset, int length, Bytes signature) {
    if (signature.length() > MAX_SIGNATURE_BYTES) return false;
    BigInteger[] rs = decode(signature);
    if (rs.length != 2 || rs[1].compareTo(HALF_ORDER) > 0) return false;
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, key);
    return verifier.verifySignature(sha256(message, offset, length), rs[0], rs[1]);
  }

  /** Returns r and s, or nothing if the signature is not the one DER encoding of two integers. */
  private static BigInteger[] decode(Bytes signature) {
    try {
      ASN1Primitive parsed = ASN1Primitive.fromByteArray(signature.unsafeArray());
      if (parsed instanceof ASN1Sequence sequence
          && sequence.size() == 2
          && sequence.getObjectAt(0) instanceof ASN1Integer r
          && sequence.getObjectAt(1) instanceof ASN1Integer s
          && Bytes.wrap(parsed.getEncoded("DER")).equals(signature)) {
        return new BigInteger[] {r.getValue(), s.getValue()};
      }
    } catch (IOException | RuntimeException e) {
      // malformed: the same answer as for a well-formed wrong signature
    }
    return new BigInteger[0];
  }

  private static byte[] sha256(byte[] message, int offset, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(message, offset, length);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
