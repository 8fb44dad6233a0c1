package org.openagi.p2p.messaging;

/**
 * What a message is for; decides its lane and so what it may overtake.
 *
 * @see "docs/wire/message-1.0.md, sections 1 and 3"
 */
public enum MessageType {
  /** General data, lane {@link Lane#BULK}. */
  DATA(0, Lane.BULK),
  /** A node's sign of life, lane {@link Lane#URGENT}. */
  HEARTBEAT(1, Lane.URGENT),
  /** A step of a consensus protocol, lane {@link Lane#URGENT}. */
  CONSENSUS(2, Lane.URGENT),
  /** Talk about nodes, lane {@link Lane#CONTROL}. */
  DISCOVERY(3, Lane.CONTROL),
  /** Something went wrong with an earlier message, lane {@link Lane#CONTROL}. */
  ERROR(4, Lane.CONTROL);

  private static final MessageType[] BY_NUMBER = values();

  private final int number;
  private final Lane lane;

  MessageType(int number, Lane lane) {
    this.number = number;
    this.lane = lane;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The lane that carries messages of this type. */
  public Lane lane() {
    return lane;
  }

  /**
   * The type with a number.
   *
   * @throws IndexOutOfBoundsException if no type has this number; {@link #isKnown} tells before
   */
  public static MessageType ofNumber(int number) {
    return BY_NUMBER[number];
  }

  /** Whether a type has this number. */
  public static boolean isKnown(int number) {
    return number >= 0 && number < BY_NUMBER.length;
  }
}
