package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.messaging.PeerLink;

/** A link that takes part in a budget of bytes. Confined to the stream's event loop. */
final class PacedLink implements PeerLink {
  private final PeerLink link;
  private final OutboundPace pace;
  private final boolean waits;
  private final EventExecutor executor;
  private final Runnable onWritable;
  private boolean armed;

  /**
   * @param waits whether it is held back by the budget, or only counts
   * @param onWritable tells the engine that there is room again; also called after the stream is gone
   */
  PacedLink(
      PeerLink link,
      OutboundPace pace,
      boolean waits,
      EventExecutor executor,
      Runnable onWritable) {
    this.link = link;
    this.pace = pace;
    this.waits = waits;
    this.executor = executor;
    this.onWritable = onWritable;
  }

  @Override
  public boolean write(ByteBuf data) {
    pace.spend(data.readableBytes());
    link.write(data);
    return isWritable();
  }

  @Override
  public void flush() {
    link.flush();
  }

  @Override
  public boolean isWritable() {
    if (!link.isWritable()) return false;
    long wait = waits ? pace.waitNanos() : 0;
    if (wait == 0) return true;
    arm(wait);
    return false;
  }

  private void arm(long waitNanos) {
    if (armed) return;
    armed = true;
    executor.schedule(this::tryAgain, waitNanos, TimeUnit.NANOSECONDS);
  }

  private void tryAgain() {
    armed = false;
    onWritable.run();
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
