package org.openagi.p2p.overlay.health;

/** Which of the last probes that were not sent for one that was missed were answered. Confined to its owner. */
final class LossWindow {
  /** Probes that the share is taken of. */
  static final int OUTCOMES = 64;

  private long lost; // bit 0 is the newest
  private int count;

  void onAnswered() {
    push(0);
  }

  void onMissed() {
    push(1);
  }

  private void push(int bit) {
    lost = lost << 1 | bit;
    count = Math.min(OUTCOMES, count + 1);
  }

  /** How many probes are known of. */
  int count() {
    return count;
  }

  /** Part that was lost, 0 to 1000; 0 before the first outcome. */
  int permille() {
    return count == 0 ? 0 : Long.bitCount(lost) * 1000 / count;
  }
}
