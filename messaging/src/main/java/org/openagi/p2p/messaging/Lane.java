package org.openagi.p2p.messaging;

import org.jspecify.annotations.Nullable;

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
  BULK(2),
  /** Answers to requests, of all types: a handler that waits for one never stands in its way. */
  REPLY(3),
  /** DATA that its sender gave {@link Priority#HIGH}: few and small, so that they overtake BULK. */
  EXPRESS(4);

  /** How many lanes there are. */
  public static final int COUNT = 5;

  private static final Lane[] BY_NUMBER = values();

  private final int number;

  Lane(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /**
   * Whether messages travel here.
   *
   * @param correlation null for a message that is neither request nor answer
   */
  public boolean carries(MessageType type, @Nullable Correlation correlation) {
    boolean answer = correlation != null && correlation.isAnswer();
    return switch (this) {
      case REPLY -> answer;
      case EXPRESS -> !answer && type == MessageType.DATA;
      case URGENT, CONTROL, BULK -> !answer && type.lane() == this;
    };
  }

  /** The lane a message takes. A type that overtakes DATA anyway stays where it is. */
  public static Lane of(NetworkMessage message, Priority priority) {
    Correlation correlation = message.correlation();
    if (correlation != null && correlation.isAnswer()) return REPLY;
    boolean raised = priority == Priority.HIGH && message.messageType() == MessageType.DATA;
    return raised ? EXPRESS : message.messageType().lane();
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
