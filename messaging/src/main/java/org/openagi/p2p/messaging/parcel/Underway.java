package org.openagi.p2p.messaging.parcel;

import java.util.LinkedHashMap;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Parcel;

/**
 * Whose sender is to hear what becomes of a parcel that was given to the overlay. Confined to its owner's thread.
 */
public final class Underway {
  /** Parcels that are remembered; beyond it what becomes of the oldest is not told, and its sender's deadline decides. */
  public static final int MAX = 16_384;

  private final LinkedHashMap<Bytes, PeerId> recipients = new LinkedHashMap<>();

  /** A parcel is given to the overlay. */
  public void add(Parcel parcel) {
    if (recipients.size() >= MAX) recipients.pollFirstEntry();
    recipients.put(parcel.id(), parcel.to());
  }

  /** Returns for whom a parcel is or was; empty if it is not known any more. */
  public Optional<PeerId> recipient(Bytes parcelId) {
    return Optional.ofNullable(recipients.get(parcelId));
  }
}
