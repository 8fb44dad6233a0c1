package org.openagi.p2p.network.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.transfer.ContentDigest;

/** Keys made of several fields. */
final class Digests {
  private Digests() {}

  /** SHA-256 over fields, each after its length. */
  static Bytes sha256(Bytes... fields) {
    ContentDigest digest = new ContentDigest();
    for (Bytes field : fields) {
      byte[] length = {(byte) (field.length() >> 8), (byte) field.length()};
      digest.update(length, 0, length.length);
      digest.update(field.toArray(), 0, field.length());
    }
    return digest.value();
  }
}
