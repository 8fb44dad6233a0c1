package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Seals bytes for the owner of an X25519 key, with a fresh ephemeral key each time: hybrid public key encryption in base
 * mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305, one message for each encapsulation. It says
 * nothing of who sealed. Safe for any thread.
 *
 * @see "RFC 9180, sections 5.1.1 and 6.1"
 */
public interface Hpke {
  /** The encapsulated key in front of what is sealed. */
  int ENCAPSULATED_BYTES = 32;

  /** What sealing adds: the encapsulated key and the tag. */
  int OVERHEAD_BYTES = ENCAPSULATED_BYTES + 16;

  /** Returns the name of the implementation. */
  String name();

  /**
   * Seals.
   *
   * @param recipientKey 32 bytes
   * @param info what the two agree that this is for
   * @param associated bytes that are authenticated, not sent
   * @return encapsulated key and ciphertext, {@link #OVERHEAD_BYTES} longer than the plaintext
   * @throws ProtocolViolationException (peer) if the key is of another length or of low order
   */
  byte[] seal(Bytes recipientKey, byte[] info, byte[] associated, byte[] plaintext)
      throws ProtocolViolationException;

  /**
   * Opens what was sealed.
   *
   * @param recipientKey the private key, 32 secret bytes
   * @param sealed encapsulated key and ciphertext
   * @throws ProtocolViolationException (peer) if it was not made by {@link #seal} for this key, with the same info and
   *     associated bytes
   * @throws IllegalArgumentException if the private key has not 32 bytes
   */
  byte[] open(Bytes recipientKey, byte[] info, byte[] associated, byte[] sealed)
      throws ProtocolViolationException;
}
