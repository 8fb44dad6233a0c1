package org.openagi.p2p.messaging.transfer;

import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Names one transfer between one sender and one recipient, over all the streams it may take.
 *
 * @param bytes 16 random bytes
 */
public record TransferId(Bytes bytes) {
  /** 128 bits: no two of one sender are ever the same by chance. */
  public static final int LENGTH = 16;

  /** Checks the length. */
  public TransferId {
    if (bytes.length() != LENGTH)
      throw new IllegalArgumentException(
          "a transfer id has " + LENGTH + " bytes, this one " + bytes.length());
  }

  /** Draws a new id. */
  public static TransferId random(RandomGenerator random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new TransferId(Bytes.wrap(bytes));
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    return bytes.toHex();
  }
}
