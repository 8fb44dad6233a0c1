package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;

/**
 * The fixed DER wrappings of 32-byte keys, the one form that every implementation reads: X.509 for public
 * keys, PKCS #8 for private ones.
 *
 * @see "RFC 8410, sections 4 and 7"
 */
final class Der {
  static final Bytes ED25519_PUBLIC = Bytes.fromHex("302a300506032b6570032100");
  static final Bytes ED25519_PRIVATE = Bytes.fromHex("302e020100300506032b657004220420");
  static final Bytes X25519_PUBLIC = Bytes.fromHex("302a300506032b656e032100");
  static final Bytes X25519_PRIVATE = Bytes.fromHex("302e020100300506032b656e04220420");

  private Der() {}

  static byte[] wrap(Bytes header, Bytes key) {
    return header.concat(key).unsafeArray();
  }
}
