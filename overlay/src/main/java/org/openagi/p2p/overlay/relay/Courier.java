package org.openagi.p2p.overlay.relay;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Carries parcels: what the message layer sees of the overlay. Confined to the overlay's owner.
 *
 * <p>A parcel that was given in is answered by one {@link Listener#onTaken} or {@link Listener#onRefused}, possibly from within
 * {@link #send}. Taken means that the next node has it, not the recipient: who needs to know that asks for a receipt and sends
 * again. One that was taken may be refused later, at most once: it got stuck further on, and there is no other way from here.
 * A parcel for a recipient without a way is sent to nodes that keep it, if it may be kept.
 */
public interface Courier {
  /** Hears of parcels. Called on the overlay's owner; must not block. */
  interface Listener {
    /** A parcel for this node arrived, by a neighbour. */
    void onParcel(PeerId by, Parcel parcel);

    /** A neighbour took a parcel of this node over. */
    void onTaken(Bytes parcelId, PeerId by);

    /** A parcel of this node was not taken, by a neighbour or, later, by a node further on. */
    void onRefused(Bytes parcelId, PeerId by, ParcelRefusal why);

    /** A way to a peer appeared, changed or went. Only for peers that were asked for or written to in the last minutes. */
    void onReachChanged(PeerId peer, Reach reach);
  }

  /** Sets who hears, in place of who did. */
  void setListener(Listener listener);

  /** How a peer can be reached. */
  Reach reach(PeerId peer);

  /** What a peer announced to seal for it with (signed by it), if it is known. */
  Optional<Bytes> sealKey(PeerId peer);

  /**
   * Announces what to seal with for this node; at most 128 bytes. Takes effect with the next advert, at once.
   */
  void announceSealKey(Bytes key);

  /**
   * Sends a parcel of this node by the best way, or by the next best one if ways are to be shared.
   *
   * @param avoid a neighbour that should not be used if there is another way; null for none
   */
  void send(Parcel parcel, @Nullable PeerId avoid);
}
