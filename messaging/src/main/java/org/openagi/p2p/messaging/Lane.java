package org.openagi.p2p.messaging;

/**
 * A class of priority with its own stream, order and flow control between two nodes.
 *
 * @see "docs/wire/message-1.0.md, section 1"
 */
public enum Lane {
  /** Overtakes everything: CONSENSUS and HEARTBEAT. */
  URGENT(0),
  /** Small talk between nodes: DISCOVERY and ERROR. */
  CONTROL(1),
  /** DATA. */
  BULK(2);

  /** How many lanes there are. */
  public static final int COUNT = 3;

  private static final Lane[] BY_NUMBER = values();

  private final int number;

  Lane(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** Whether a lane has this number. */
  public static boolean isKnown(int number) {
    return number >= 0 && number < COUNT;
  }

  /**
   * The lane with a number.
   *
   * @throws IndexOutOfBoundsException if no lane has this number; {@link #isKnown} tells before
   */
  public static Lane ofNumber(int number) {
    return BY_NUMBER[number];
  }
}
