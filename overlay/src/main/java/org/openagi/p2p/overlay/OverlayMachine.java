package org.openagi.p2p.overlay;

import java.util.List;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/**
 * A part of the overlay's logic. No threads, I/O, clock or randomness of its own; confined to one owner. What it wants done it
 * asks of its port, from within the calls below. All times are {@code nowNanos} of one {@link
 * org.openagi.p2p.core.time.TimeSource}.
 */
public interface OverlayMachine {
  /** No deadline. */
  long NEVER = Long.MAX_VALUE;

  /** A peer became a neighbour; comes once until {@link #onLinkDown}. */
  void onLinkUp(OverlayLink link, long nowNanos);

  /** A neighbour is one no more. */
  void onLinkDown(PeerId peer, LinkLoss why, long nowNanos);

  /**
   * A frame of a type this machine owns arrived from a neighbour.
   *
   * @throws ProtocolViolationException if it breaks a rule; counted against the neighbour, and on repetition the link is cut
   */
  void onFrame(PeerId from, OverlayFrame frame, long nowNanos) throws ProtocolViolationException;

  /** The next time {@link #onTimer} has something to do, or {@link #NEVER}; may change with every call. */
  long nextDeadlineNanos();

  /** Does what is due. Early and repeated calls do no harm. */
  void onTimer(long nowNanos);

  /** The sizes of what peers can make grow, and their bounds. */
  default List<TableSize> tables() {
    return List.of();
  }
}
