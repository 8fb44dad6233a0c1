package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.core.error.ProtocolViolationException;

/** Undoes {@link ChunkCompressor}. Safe for any thread. */
public interface ChunkDecompressor {
  /**
   * Decompresses.
   *
   * @param rawLength the announced length, checked by the caller against the limit
   * @param dictionary whether the dictionary that every node has is needed
   * @return exactly {@code rawLength} bytes
   * @throws ProtocolViolationException (stream) if the input is malformed or has another length
   */
  byte[] decompress(byte[] source, int offset, int length, int rawLength, boolean dictionary)
      throws ProtocolViolationException;
}
