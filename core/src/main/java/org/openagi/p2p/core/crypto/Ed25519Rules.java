package org.openagi.p2p.core.crypto;

import java.util.Objects;
import java.util.Set;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * What makes an Ed25519 key or signature unacceptable before any curve arithmetic. Implementations differ
 * in these corners; with the rules in front of them they agree.
 *
 * <ul>
 *   <li>S must be below the group order L, else anyone could make a second valid signature of a message
 *       (RFC 8032, section 5.1.7, step 1).
 *   <li>A public key's y must be below p = 2^255 - 19, the canonical encoding.
 *   <li>A public key must not be one of the eight points of small order: under such a key a signature can
 *       be valid for every message.
 * </ul>
 */
final class Ed25519Rules {
  /** p, little-endian. */
  private static final byte[] FIELD_PRIME = Bytes.fromHex(
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
      .unsafeArray();

  /** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
  private static final byte[] GROUP_ORDER = Bytes.fromHex(
          "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
      .unsafeArray();

  /** The y of the points of order 1, 2, 4 and 8 (both); x and -x share y, the sign bit is masked. */
  private static final Set<Bytes> SMALL_ORDER_Y = Set.of(
      Bytes.fromHex("0100000000000000000000000000000000000000000000000000000000000000"),
      Bytes.fromHex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      Bytes.fromHex("0000000000000000000000000000000000000000000000000000000000000000"),
      Bytes.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
      Bytes.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

  private Ed25519Rules() {}

  /** Returns whether the key is canonical and not of small order; 32 bytes. */
  static boolean acceptsKey(Bytes publicKey) {
    byte[] y = publicKey.toArray();
    y[31] &= 0x7f;
    return isBelow(y, 0, FIELD_PRIME) && !SMALL_ORDER_Y.contains(Bytes.wrap(y));
  }

  /** Returns whether the signature has 64 bytes and its S is below L. */
  static boolean acceptsSignature(Bytes signature) {
    return signature.length() == CryptoProvider.SIGNATURE_BYTES
        && isBelow(signature.unsafeArray(), 32, GROUP_ORDER);
  }

  /** Refuses keys of another length than 32 bytes, a mistake of the caller. */
  static Bytes requireKeyLength(Bytes key) {
    if (Objects.requireNonNull(key).length() != CryptoProvider.KEY_BYTES) {
      throw new IllegalArgumentException(
          "key of " + key.length() + " bytes, expected " + CryptoProvider.KEY_BYTES);
    }
    return key;
  }

  private static boolean isBelow(byte[] number, int offset, byte[] bound) {
    for (int i = bound.length - 1; i >= 0; i--) {
      int difference = (number[offset + i] & 0xff) - (bound[i] & 0xff);
      if (difference != 0) return difference < 0;
    }
    return false;
  }
}
