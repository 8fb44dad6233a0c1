package org.openagi.p2p.overlay;

import org.openagi.p2p.core.identity.PeerId;

/** What every machine may ask for. Called on the machine's owner, from within one of its calls; must not call back into it. */
public interface OverlayPort {
  /**
   * Sends a frame to a neighbour, in order with the others of its kind (control frames; parcels), and drops it if the link has
   * gone.
   *
   * @return false if it was dropped, because the link has gone or too much waits for it; counted
   */
  boolean send(PeerId to, OverlayFrame frame);

  /**
   * A neighbour sent what is of no use here: again, unasked, or beyond its rate. That happens to everybody now and then; too
   * much of it is held against the neighbour. Only for what it could have left out whatever others send it: else they could
   * have it blamed.
   */
  default void wasted(PeerId by) {}
}
