package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** A prepared X25519 private key and its public key. Safe for any thread; never shows the key. */
public interface X25519KeyPair {
  /** Returns the 32 bytes of the public key. */
  Bytes publicKey();

  /**
   * Agrees on a secret with the owner of {@code remotePublicKey}.
   *
   * @return 32 secret bytes in a new array, which the caller may wipe after use
   * @throws ProtocolViolationException (connection) if the remote key does not have 32 bytes or is of low
   *     order, so that the secret would be all zeros whatever our key is
   */
  byte[] agree(Bytes remotePublicKey) throws ProtocolViolationException;
}
