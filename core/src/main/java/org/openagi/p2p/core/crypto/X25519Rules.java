package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * What makes an X25519 agreement unacceptable, the same for every implementation.
 *
 * @see "RFC 7748, section 6.1, the check for the all-zero value"
 */
final class X25519Rules {
  static final String LOW_ORDER = "X25519 public key of low order, the shared secret would be zero";

  private X25519Rules() {}

  static void requireRemoteKey(Bytes remotePublicKey) throws ProtocolViolationException {
    if (remotePublicKey.length() != CryptoProvider.KEY_BYTES) {
      throw new ProtocolViolationException(
          Scope.CONNECTION,
          "X25519 public key of "
              + remotePublicKey.length()
              + " bytes, expected "
              + CryptoProvider.KEY_BYTES);
    }
  }

  static byte[] requireSecret(byte[] secret) throws ProtocolViolationException {
    int bits = 0;
    for (byte b : secret) bits |= b;
    if (bits == 0) throw new ProtocolViolationException(Scope.CONNECTION, LOW_ORDER);
    return secret;
  }
}
