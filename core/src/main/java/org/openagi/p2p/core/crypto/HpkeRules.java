package org.openagi.p2p.core.crypto;

import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/** What is refused alike by every implementation of {@link Hpke}. */
final class HpkeRules {
  private HpkeRules() {}

  static Bytes requirePublicKey(Bytes key) throws ProtocolViolationException {
    if (key.length() == CryptoProvider.KEY_BYTES) return key;
    throw violation(
        "key to seal for of " + key.length() + " bytes, expected " + CryptoProvider.KEY_BYTES);
  }

  static byte[] encapsulated(byte[] sealed) throws ProtocolViolationException {
    if (sealed.length >= Hpke.OVERHEAD_BYTES) {
      return Arrays.copyOf(sealed, Hpke.ENCAPSULATED_BYTES);
    }
    throw violation(
        "sealed content of " + sealed.length + " bytes, at least " + Hpke.OVERHEAD_BYTES);
  }

  static byte[] join(byte[] encapsulated, byte[] ciphertext) {
    byte[] joined = Arrays.copyOf(encapsulated, encapsulated.length + ciphertext.length);
    System.arraycopy(ciphertext, 0, joined, encapsulated.length, ciphertext.length);
    return joined;
  }

  static ProtocolViolationException unusableKey(Exception cause) {
    return new ProtocolViolationException(Scope.PEER, X25519Rules.LOW_ORDER, cause);
  }

  static ProtocolViolationException notForUs(Exception cause) {
    return new ProtocolViolationException(
        Scope.PEER, "sealed for another key, or changed on its way", cause);
  }

  private static ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(Scope.PEER, what);
  }
}
