package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.pace.PaceLane;

/**
 * The stream of a lane, held back by the limits of what the node sends: writable while the lane has a grant,
 * in chunks that fit into it. Confined to the stream's event loop.
 */
final class PacedLink implements PeerLink {
  /** The rest of a grant that is not worth a chunk. */
  private static final int LEAST_BYTES = 1 << 10;

  /** Room that a chunk leaves for its header and for what the layers below add. */
  private static final int HEADROOM_BYTES = 160;

  private final PeerLink link;
  private final OutboundPace pace;
  private final OutboundPace.Peer peer;
  private final PaceLane lane;
  private final Runnable onWritable;
  private long granted;
  private boolean asked;
  private boolean turn;
  private boolean closed;

  /**
   * A link.
   *
   * @param onWritable tells the engine that there is room again
   */
  PacedLink(
      PeerLink link,
      OutboundPace pace,
      OutboundPace.Peer peer,
      Lane lane,
      EventExecutor executor,
      Runnable onWritable) {
    this.link = link;
    this.pace = pace;
    this.peer = peer;
    this.onWritable = onWritable;
    this.lane = peer.addLane(lane, () -> executor.execute(this::onTurn));
  }

  @Override
  public boolean write(ByteBuf data) {
    if (asked || peer.isLimited()) granted = pace.spend(lane, data.readableBytes());
    return link.write(data);
  }

  @Override
  public boolean isWritable() {
    turn = false;
    if (closed || !link.isWritable()) {
      if (asked) release();
      return false;
    }
    if (!peer.isLimited() || granted >= LEAST_BYTES) return true;
    asked = true;
    granted = pace.request(lane, LEAST_BYTES);
    return granted > 0;
  }

  @Override
  public int chunkBytes() {
    return granted > 0 && peer.isLimited() ? (int) granted - HEADROOM_BYTES : Integer.MAX_VALUE;
  }

  /** The end of a batch: what was not used is for others. */
  @Override
  public void flush() {
    if (granted > 0) release();
    link.flush();
  }

  private void onTurn() {
    turn = true;
    if (!closed) onWritable.run();
    if (turn) release(); // it had nothing to send
  }

  private void release() {
    granted = 0;
    asked = false;
    pace.release(lane);
  }

  /** The stream is not used any more: waits for no turn. */
  void close() {
    closed = true;
    if (asked) release();
  }

  @Override
  public void consumed(int bytes) {
    link.consumed(bytes);
  }

  @Override
  public void closeWrite() {
    link.closeWrite();
  }

  @Override
  public void reset() {
    link.reset();
  }
}
