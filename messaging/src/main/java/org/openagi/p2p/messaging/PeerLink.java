package org.openagi.p2p.messaging;

import io.netty.buffer.ByteBuf;

/**
 * One stream to a peer, as the message engines see it: the port that connects them to a network or to a
 * simulation. Confined to one executor, the same for all calls and for the events given to the engines.
 */
public interface PeerLink {
  /**
   * Sends bytes, in order.
   *
   * @param data ownership moves to the link, on every path
   * @return whether more should be written now
   */
  boolean write(ByteBuf data);

  /** Sends on what was written. */
  void flush();

  /** Whether there is room; the engine is told when there is again. */
  boolean isWritable();

  /** How large a frame is worth writing now, at least 512; only after {@link #isWritable}. */
  default int chunkBytes() {
    return Integer.MAX_VALUE;
  }

  /** Gives back credit for bytes that were received and are done with. */
  void consumed(int bytes);

  /** Ends this side's direction after what was written. */
  void closeWrite();

  /** Drops the stream at once; the engine needs no further event from it. */
  void reset();
}
