package org.openagi.p2p.overlay.linkstate;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.OverlayLink;

/** A link of this node, and what the other end may still send. */
final class Neighbour {
  /** Comparisons that a neighbour may ask for at once, and one each two seconds. */
  private static final int SUMMARY_BURST = 8;

  private static final double SUMMARIES_PER_SECOND = 0.5;

  /** New adverts each second, beyond a table full of them at once. */
  private static final double ADVERTS_PER_SECOND = 100;

  final PeerId peer;
  final boolean light;

  /** From when on the link is advertised; later than its start if it came and went before. */
  final long advertisedFromNanos;

  /** What was last advertised of it. */
  @Nullable
  AdvertLink advertised;

  /** What was last measured of it. */
  AdvertLink measured;

  /** Whether a summary was sent to it that it has not answered. */
  boolean listingExpected;

  final TokenBucket adverts;
  final TokenBucket served;
  final TokenBucket summaries;

  Neighbour(
      OverlayLink link,
      AdvertLink measured,
      long advertisedFromNanos,
      int maxAdverts,
      long nowNanos) {
    this.peer = link.peer();
    this.light = link.nodeType() == NodeType.LIGHT;
    this.measured = measured;
    this.advertisedFromNanos = advertisedFromNanos;
    this.adverts = new TokenBucket(2L * maxAdverts, ADVERTS_PER_SECOND, nowNanos);
    this.served = new TokenBucket(2L * maxAdverts, ADVERTS_PER_SECOND, nowNanos);
    this.summaries = new TokenBucket(SUMMARY_BURST, SUMMARIES_PER_SECOND, nowNanos);
  }
}
