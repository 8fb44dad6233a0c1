package org.openagi.p2p.messaging.parcel;

import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * A key to seal with, as its owner announces it.
 *
 * @param key 32 bytes
 * @see "docs/wire/parcel-1.0.md, section 1"
 */
record SealKey(Bytes key) {
  /** Bytes of an id. */
  static final int ID_BYTES = 4;

  private static final int ANNOUNCED_BYTES = 1 + CryptoProvider.KEY_BYTES;

  /** What tells the owner which of its keys was used: the first bytes of the key's SHA-256. */
  Bytes id() {
    return Bytes.wrap(Arrays.copyOf(ParcelForm.sha256(key.unsafeArray()), ID_BYTES));
  }

  /** What is announced. */
  Bytes announcement() {
    return Bytes.wrap(new byte[] {ParcelForm.VERSION}).concat(key);
  }

  /**
   * Reads what a peer announced.
   *
   * @throws ProtocolViolationException if it is of another version or length
   */
  static SealKey decode(Bytes announced) throws ProtocolViolationException {
    if (announced.isEmpty() || announced.get(0) != ParcelForm.VERSION) {
      throw ParcelForm.violation("key to seal with of another version than " + ParcelForm.VERSION);
    }
    if (announced.length() != ANNOUNCED_BYTES) {
      throw ParcelForm.violation("key to seal with announced in " + announced.length()
          + " bytes, expected " + ANNOUNCED_BYTES);
    }
    return new SealKey(announced.slice(1, ANNOUNCED_BYTES));
  }
}
