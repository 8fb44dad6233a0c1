package org.openagi.p2p.overlay.reputation;

import org.openagi.p2p.core.identity.PeerId;

/** Who acts on what {@link Reputation} thinks. Called on its owner; must not call back into it. */
public interface ReputationPort {
  /**
   * The standing of a peer changed; for {@link Standing#REFUSED} it is to be cut off and refused from now on.
   *
   * @param why the score that led to it, with its terms
   */
  void onStanding(PeerId peer, Standing from, Standing to, Explanation why);
}
