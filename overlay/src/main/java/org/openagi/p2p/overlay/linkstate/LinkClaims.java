package org.openagi.p2p.overlay.linkstate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;

/**
 * Finds adverts that claim a link to this node which is not there. Only its two ends know that of a link, so nobody else judges.
 *
 * <p>An advert that somebody kept back and sends now was true when it was made. So what counts is when its origin says that it
 * made it: later than the link ended, by more than clocks may differ and a silence may remain unnoticed. As an advert that is
 * dated too far in the future is not taken at all, nobody can have another one blamed.
 */
final class LinkClaims {
  /** Peers whose lost links are remembered; the rest count as lost when the latest of them that was forgotten was. */
  static final int MAX_REMEMBERED = 256;

  /** How long after the end of a link its other end may not have noticed. */
  private static final Duration UNNOTICED = Duration.ofMinutes(2);

  private final PeerId self;
  private final long graceMillis;
  private final Map<PeerId, Long> lostNanos = new LinkedHashMap<>();
  private long othersNanos;

  /** One that begins without links. */
  LinkClaims(PeerId self, Duration clockTolerance, long nowNanos) {
    this.self = self;
    this.graceMillis = clockTolerance.plus(UNNOTICED).toMillis();
    this.othersNanos = nowNanos;
  }

  int size() {
    return lostNanos.size();
  }

  /** A link ended. */
  void onLost(PeerId peer, long nowNanos) {
    lostNanos.remove(peer);
    lostNanos.put(peer, nowNanos);
    if (lostNanos.size() <= MAX_REMEMBERED) return;
    othersNanos = lostNanos.remove(lostNanos.keySet().iterator().next());
  }

  /** Whether an advert, whose signature is good, claims a link to this node that is not there. */
  boolean isFalse(LinkAdvert advert, boolean isLinked, TimeSource time) {
    if (isLinked || advert.statement().links().stream().noneMatch(l -> l.peer().equals(self))) {
      return false;
    }
    long nowNanos = time.nanoTime();
    long lostAgoMillis =
        (nowNanos - lostNanos.getOrDefault(advert.origin(), othersNanos)) / 1_000_000;
    long lostEpochMillis = time.epochMillis() - lostAgoMillis;
    return advert.statement().issuedEpochMillis() > lostEpochMillis + graceMillis;
  }
}
