package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;

/** A prepared Ed25519 public key. Safe for any thread. */
public interface Ed25519Verifier {
  /**
   * Returns whether {@code signature} is this key's signature of part of an array. A signature of another
   * length than 64 bytes is not.
   *
   * @throws IndexOutOfBoundsException if the range is outside the array
   */
  boolean verify(byte[] message, int offset, int length, Bytes signature);
}
