package org.openagi.p2p.overlay.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;

/**
 * The overlay of one node: all its machines, fed with the same links, frames and time. No threads, I/O, clock or randomness of
 * its own; confined to one owner. After every call the owner arms its timer to {@link #nextDeadlineNanos}.
 */
public final class OverlayNode {
  /** Violations of one neighbour, over the life of its link, after which it is disconnected. */
  static final int MAX_VIOLATIONS = 3;

  private final OverlayHost host;
  private final List<OverlayMachine> machines;
  private final Map<PeerId, Neighbour> neighbours = new HashMap<>();

  private static final class Neighbour {
    int violations;
  }

  OverlayNode(OverlayHost host, List<OverlayMachine> machines) {
    this.host = host;
    this.machines = List.copyOf(machines);
  }

  /** A peer became a neighbour. */
  public void onLinkUp(OverlayLink link, long nowNanos) {
    if (neighbours.putIfAbsent(link.peer(), new Neighbour()) != null) {
      throw new IllegalStateException("link to " + link.peer() + " came up twice");
    }
    for (OverlayMachine machine : machines) machine.onLinkUp(link, nowNanos);
  }

  /** A neighbour is one no more. */
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    if (neighbours.remove(peer) == null) return;
    for (OverlayMachine machine : machines) machine.onLinkDown(peer, why, nowNanos);
  }

  /** A dial that the node asked for came to nothing. */
  public void onDialFailed(PeerId peer, long nowNanos) {}

  /**
   * A frame arrived.
   *
   * @throws ProtocolViolationException if it breaks a rule; what follows from it is up to {@link #onViolation}
   */
  public void onFrame(PeerId from, int type, byte[] body, long nowNanos)
      throws ProtocolViolationException {}

  /** A frame arrived that is decoded already. */
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    if (!neighbours.containsKey(from)) return;
    // by range of type
  }

  /** A neighbour broke a rule. */
  public void onViolation(PeerId peer, ProtocolViolationException cause, long nowNanos) {
    Neighbour neighbour = neighbours.get(peer);
    if (neighbour == null || ++neighbour.violations < MAX_VIOLATIONS) return;
    host.disconnect(peer, true, String.valueOf(cause.getMessage()));
  }

  /** When {@link #onTimer} has something to do, or {@link OverlayMachine#NEVER}. */
  public long nextDeadlineNanos() {
    long due = OverlayMachine.NEVER;
    for (OverlayMachine machine : machines) due = Math.min(due, machine.nextDeadlineNanos());
    return due;
  }

  /** Does what is due. */
  public void onTimer(long nowNanos) {
    for (OverlayMachine machine : machines) {
      if (machine.nextDeadlineNanos() <= nowNanos) machine.onTimer(nowNanos);
    }
  }
}
