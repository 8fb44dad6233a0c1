package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;

/** A prepared Ed25519 private key. Safe for any thread; never shows the key. */
public interface Ed25519Signer {
  /** Returns the 32 bytes of the public key. */
  Bytes publicKey();

  /**
   * Signs part of an array.
   *
   * @return the signature, 64 bytes
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  Bytes sign(byte[] message, int offset, int length);
}
