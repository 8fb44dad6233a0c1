package org.openagi.p2p.overlay.membership;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.OverlayLink;

/** A link, in the view or not: others may have made it for their own reasons. */
final class Neighbour {
  /** Frames that a neighbour may send in a row; walks of a crowd that joins at once come in bursts. */
  private static final int FRAMES_BURST = 64;

  private static final int FRAMES_PER_SECOND = 10;

  final OverlayLink link;
  final AddressRange range;
  /** Where it says it is, or where it was dialed. */
  List<Multiaddr> addresses;
  /** Whether membership dialed it, and so has to end it. */
  final boolean ours;

  boolean inView;
  /** As it last told. */
  int degree;
  /** Until when an answer is awaited, if {@link #asked}. */
  long askedUntilNanos;

  boolean asked;
  /** Not to be asked before, if {@link #refused}. */
  long refusedUntilNanos;

  boolean refused;
  /** It said why it goes. */
  boolean farewell;

  boolean shuffling;

  private @Nullable TokenBucket frames; // most neighbours are silent most of the time
  private @Nullable TokenBucket walks;

  Neighbour(OverlayLink link, List<Multiaddr> addresses, boolean ours) {
    this.link = link;
    this.range = AddressRange.of(link.address());
    Optional<Multiaddr> dialed = link.dialed() ? link.address() : Optional.empty();
    this.addresses = addresses.isEmpty() ? dialed.map(List::of).orElse(List.of()) : addresses;
    this.ours = ours;
  }

  PeerId peer() {
    return link.peer();
  }

  PeerEntry entry() {
    return PeerEntry.of(peer(), addresses);
  }

  boolean mayBeAsked(long nowNanos) {
    if (refused && refusedUntilNanos - nowNanos <= 0) refused = false;
    return !inView && !asked && !refused;
  }

  boolean takeFrame(long nowNanos) {
    if (frames == null) frames = new TokenBucket(FRAMES_BURST, FRAMES_PER_SECOND, nowNanos);
    return frames.tryTake(1, nowNanos);
  }

  /** Whether it may be sent a walk of somebody else: no more than it takes, whoever makes this node send them. */
  boolean mayForward(long nowNanos) {
    if (walks == null) walks = new TokenBucket(FRAMES_BURST, FRAMES_PER_SECOND, nowNanos);
    return walks.tryTake(1, nowNanos);
  }
}
