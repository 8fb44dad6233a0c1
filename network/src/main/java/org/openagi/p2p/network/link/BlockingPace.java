package org.openagi.p2p.network.link;

import java.util.concurrent.Semaphore;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.pace.PaceLane;

/**
 * A part in the limits of what goes to one peer, for a writer that may block: it queues with the weight of
 * {@link Lane#BULK}, beside the messages to the peer. For one thread at a time.
 */
public final class BlockingPace {
  private final OutboundPace pace;
  private final OutboundPace.Peer peer;
  private final PaceLane lane;
  private final Semaphore turn = new Semaphore(0);

  BlockingPace(OutboundPace pace, OutboundPace.Peer peer) {
    this.pace = pace;
    this.peer = peer;
    this.lane = peer.addLane(Lane.BULK, turn::release);
  }

  /**
   * Waits until something may be written.
   *
   * @param wanted bytes there are, at least 1
   * @return how many of them are to be written now, at least 1
   * @throws InterruptedException if interrupted while waiting; the turn goes to others
   */
  public int acquire(int wanted) throws InterruptedException {
    if (!peer.isLimited()) return wanted;
    long granted = pace.request(lane, 1);
    while (granted == 0) {
      try {
        turn.acquire();
      } catch (InterruptedException e) {
        release();
        throw e;
      }
      granted = pace.request(lane, 1);
    }
    int bytes = (int) Math.min(wanted, granted);
    pace.spend(lane, bytes);
    return bytes;
  }

  /** Nothing more is there to be written for now. */
  public void release() {
    if (peer.isLimited()) pace.release(lane);
    turn.drainPermits();
  }
}
