package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.net.mux.MuxedStream;

/** A multiplexed stream as the engines see it. Confined to the stream's event loop. */
record StreamLink(MuxedStream stream) implements PeerLink {
  @Override
  public boolean write(ByteBuf data) {
    return stream.write(data);
  }

  @Override
  public void flush() {
    stream.flush();
  }

  @Override
  public boolean isWritable() {
    return stream.isWritable();
  }

  @Override
  public void consumed(int bytes) {
    stream.consumed(bytes);
  }

  @Override
  public void closeWrite() {
    stream.closeWrite();
  }

  @Override
  public void reset() {
    stream.reset();
  }
}
