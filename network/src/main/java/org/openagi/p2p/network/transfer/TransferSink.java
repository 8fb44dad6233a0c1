package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Where received content goes if not into a file. Called by one thread at a time, a virtual one, which
 * it may block: that slows the sender and costs no memory.
 */
public interface TransferSink {
  /** Takes the next bytes of the content; the array is used again when this returns. */
  void write(byte[] content, int offset, int length) throws IOException;

  /** Makes durable what was taken, as far as that means anything here; the sender is told. */
  default void sync() throws IOException {}

  /**
   * Forgets everything: the content begins again at its first byte, because the sender has other
   * content than before.
   *
   * @throws IOException if that can't be done; the transfer then fails
   */
  void restart() throws IOException;

  /** Everything was taken, and its digest and signature are right. The sender is told after this. */
  void complete() throws IOException;

  /** It did not come to that, and will not. */
  default void abandon() {}

  /** Writes into a stream, which is closed at the end, however that comes. */
  static TransferSink to(OutputStream target) {
    return new StreamSink(target);
  }
}
