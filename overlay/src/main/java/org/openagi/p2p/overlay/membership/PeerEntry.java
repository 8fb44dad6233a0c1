package org.openagi.p2p.overlay.membership;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * A peer and where it is said to be.
 *
 * @param peer who
 * @param addresses where, without its id, the best first; at most {@link #MAX_ADDRESSES}
 */
public record PeerEntry(PeerId peer, List<Multiaddr> addresses) {
  /** Most addresses of one peer: two of each family leave room for a relay. */
  public static final int MAX_ADDRESSES = 4;

  /** Longest binary form of one address. */
  public static final int MAX_ADDRESS_BYTES = 192;

  /** Copies. */
  public PeerEntry {
    addresses = List.copyOf(addresses);
    if (addresses.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          "entry of " + addresses.size() + " addresses, allowed are " + MAX_ADDRESSES);
    }
  }

  /** An entry of the first addresses that fit into one. */
  public static PeerEntry of(PeerId peer, List<Multiaddr> addresses) {
    return new PeerEntry(
        peer,
        addresses.stream()
            .map(Multiaddr::withoutPeerId)
            .filter(each -> !each.components().isEmpty() && !each.isUnspecified())
            .filter(each -> each.toBytes().length() <= MAX_ADDRESS_BYTES)
            .distinct()
            .limit(MAX_ADDRESSES)
            .toList());
  }
}
