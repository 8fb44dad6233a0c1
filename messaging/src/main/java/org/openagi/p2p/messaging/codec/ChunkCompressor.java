package org.openagi.p2p.messaging.codec;

/** Makes the content of a chunk smaller, or leaves it alone. Confined to one event loop. */
public interface ChunkCompressor {
  /**
   * Compresses a range of an array into another, which has room for as many bytes.
   *
   * @return the compressed length, less than {@code length}; 0 to leave the content as it is
   */
  int compress(byte[] source, int offset, int length, byte[] target, int targetOffset);

  /** Whether the content compressed last needs the dictionary that every node has. */
  boolean usedDictionary();
}
