package org.openagi.p2p.messaging.parcel;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Parcel;

/**
 * What carries parcels, as their sender and receiver see it: a {@link org.openagi.p2p.overlay.relay.Courier}, here or behind a
 * queue. Called on the caller's owner; must not call back from within.
 */
public interface ParcelPort {
  /** How a peer can be reached, as far as it is known here. */
  Way way(PeerId peer);

  /** What this node announces to seal with; empty if it announced nothing yet. */
  Bytes ownSealKey();

  /**
   * Sends a parcel.
   *
   * @param avoid a neighbour that should not be used if there is another way; null for none
   */
  void send(Parcel parcel, @Nullable PeerId avoid);
}
