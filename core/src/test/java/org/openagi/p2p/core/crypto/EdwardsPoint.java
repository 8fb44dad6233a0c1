package org.openagi.p2p.core.crypto;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * The Ed25519 group by the book (RFC 8032, section 5.1) in slow affine arithmetic, to make keys and
 * signatures that no honest implementation makes.
 */
record EdwardsPoint(BigInteger x, BigInteger y) {
  static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  static final BigInteger L =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final BigInteger D = BigInteger.valueOf(-121665)
      .multiply(BigInteger.valueOf(121666).modInverse(P))
      .mod(P);
  static final EdwardsPoint NEUTRAL = new EdwardsPoint(BigInteger.ZERO, BigInteger.ONE);
  static final EdwardsPoint BASE =
      ofY(BigInteger.valueOf(4).multiply(BigInteger.valueOf(5).modInverse(P)).mod(P), false);

  /** A generator of the eight points of small order. */
  static EdwardsPoint ofOrder8() {
    for (BigInteger y = BigInteger.TWO; ; y = y.add(BigInteger.ONE)) {
      try {
        EdwardsPoint candidate = ofY(y, false).times(L);
        if (!candidate.times(BigInteger.valueOf(4)).equals(NEUTRAL)) return candidate;
      } catch (ArithmeticException e) {
        // no point with this y
      }
    }
  }

  static EdwardsPoint ofY(BigInteger y, boolean odd) {
    BigInteger y2 = y.multiply(y);
    BigInteger x2 = y2.subtract(BigInteger.ONE)
        .multiply(D.multiply(y2).add(BigInteger.ONE).modInverse(P))
        .mod(P);
    BigInteger x = x2.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
    if (!x.multiply(x).mod(P).equals(x2)) {
      x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P))
          .mod(P);
    }
    if (!x.multiply(x).mod(P).equals(x2)) throw new ArithmeticException("not on the curve");
    return new EdwardsPoint(x.testBit(0) == odd ? x : P.subtract(x).mod(P), y);
  }

  EdwardsPoint plus(EdwardsPoint o) {
    BigInteger xy = D.multiply(x).multiply(o.x).multiply(y).multiply(o.y).mod(P);
    BigInteger x3 = x.multiply(o.y)
        .add(y.multiply(o.x))
        .multiply(BigInteger.ONE.add(xy).modInverse(P))
        .mod(P);
    BigInteger y3 = y.multiply(o.y)
        .add(x.multiply(o.x))
        .multiply(BigInteger.ONE.subtract(xy).modInverse(P))
        .mod(P);
    return new EdwardsPoint(x3, y3);
  }

  EdwardsPoint times(BigInteger k) {
    EdwardsPoint sum = NEUTRAL;
    for (int bit = k.bitLength() - 1; bit >= 0; bit--) {
      sum = sum.plus(sum);
      if (k.testBit(bit)) sum = sum.plus(this);
    }
    return sum;
  }

  Bytes encode() {
    return encode(y, x.testBit(0));
  }

  /** Encodes any y below 2^255, canonical or not. */
  static Bytes encode(BigInteger y, boolean odd) {
    return little(odd ? y.setBit(255) : y);
  }

  static Bytes little(BigInteger number) {
    byte[] out = new byte[32];
    for (int i = 0; i < 32; i++) out[i] = number.shiftRight(8 * i).byteValue();
    return Bytes.wrap(out);
  }

  static BigInteger fromLittle(Bytes bytes) {
    BigInteger number = BigInteger.ZERO;
    for (int i = bytes.length() - 1; i >= 0; i--) {
      number = number.shiftLeft(8).or(BigInteger.valueOf(bytes.get(i) & 0xff));
    }
    return number;
  }

  /** Returns SHA-512(R, A, M) mod L, as in verification. */
  static BigInteger challenge(Bytes r, Bytes a, byte[] message) {
    try {
      MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
      sha512.update(r.unsafeArray());
      sha512.update(a.unsafeArray());
      return fromLittle(Bytes.wrap(sha512.digest(message))).mod(L);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
