package org.openagi.p2p.messaging.bond;

import io.netty.buffer.ByteBuf;

/** Who reads a bond's stream. All calls on the bond's executor. */
public interface BondListener {
  /**
   * The next bytes of the stream.
   *
   * @param data the listener's to release
   */
  void onData(ByteBuf data);

  /** No more bytes for now. */
  void onReadComplete();

  /** There is room again. */
  void onWritable();

  /** The other end has sent its last byte, and all were handed over. */
  void onRemoteClosed();

  /** The other end has taken the first path: others may join. */
  void onWelcome();

  /** The bond is done, lost its last path, or a rule was broken. Last call; none after {@link Bond#reset}. */
  void onClosed(String why);
}
