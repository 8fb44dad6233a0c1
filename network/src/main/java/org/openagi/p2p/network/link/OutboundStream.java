package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.net.mux.StreamListener;

/** The sending end of a lane on its stream. Confined to the stream's event loop, the peer's home. */
final class OutboundStream implements StreamListener {
  private final OutboundLane owner;
  private final SendLane engine;
  private final PeerLink stream;
  private @Nullable PacedLink link;
  private boolean abandoned;

  OutboundStream(OutboundLane owner, SendLane engine, PeerLink stream) {
    this.owner = owner;
    this.engine = engine;
    this.stream = stream;
  }

  /** What the engine writes to. */
  void setLink(PacedLink value) {
    link = value;
  }

  /** The lane goes on without this stream: no event of it counts any more. */
  void abandon() {
    leave();
    stream.reset();
  }

  /** The lane is done: what was written still goes out. */
  void finish() {
    leave();
    stream.closeWrite();
    stream.flush();
  }

  private void leave() {
    abandoned = true;
    PacedLink paced = link;
    if (paced != null) paced.close();
  }

  @Override
  public void onData(ByteBuf data) {
    try {
      if (!abandoned) engine.onBytes(data);
    } catch (ProtocolViolationException e) {
      owner.onViolation(this, e);
    } finally {
      data.release();
    }
  }

  @Override
  public void onReadComplete() {
    if (!abandoned) owner.onEngineMoved();
  }

  @Override
  public void onWritable() {
    if (abandoned) return;
    engine.pump();
    owner.onEngineMoved();
  }

  @Override
  public void onRemoteClosed() {
    if (!abandoned) owner.onStreamLost(this, "closed by the peer");
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    onLost(String.valueOf(cause));
  }

  /** As {@link #onClosed}. */
  void onLost(String why) {
    if (!abandoned) owner.onStreamLost(this, why);
  }
}
