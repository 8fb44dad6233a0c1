package org.openagi.p2p.core.identity;

import java.util.Optional;

/**
 * The kinds of public keys that peers have.
 *
 * @see "libp2p specs: peer-ids, Key Types"
 */
public enum KeyType {
  /** RSA, PKCS #1 v1.5 signatures over SHA-256. */
  RSA(0),
  /** Ed25519, RFC 8032. */
  ED25519(1),
  /** ECDSA on Bitcoin's curve. */
  SECP256K1(2),
  /** ECDSA on a NIST curve. */
  ECDSA(3);

  private final int code;

  KeyType(int code) {
    this.code = code;
  }

  /** Returns the number on the wire. */
  public int code() {
    return code;
  }

  /** Returns the type with this number on the wire, if there is one. */
  public static Optional<KeyType> ofCode(long code) {
    for (KeyType type : values()) {
      if (type.code == code) return Optional.of(type);
    }
    return Optional.empty();
  }
}
