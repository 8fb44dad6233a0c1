package org.openagi.p2p.overlay.health;

/**
 * How far we may trust ourselves: 0 fully, up to {@link #WORST} the worse the more signs there are that we are slow.
 * Answer times are multiplied by one more than this. Confined to its owner.
 *
 * @see "Dadgar, Phillips, Currey: Lifeguard, section IV.A (local health aware probe)"
 */
final class LocalHealth {
  /** Where it ends. */
  static final int WORST = 8;

  private int score;

  /** We ran late, were proved wrong about a peer, or helpers that we asked did not answer. */
  void onDoubt() {
    score = Math.min(WORST, score + 1);
  }

  /** An answer came in time. */
  void onSuccess() {
    score = Math.max(0, score - 1);
  }

  int score() {
    return score;
  }
}
