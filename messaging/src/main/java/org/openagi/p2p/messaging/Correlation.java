package org.openagi.p2p.messaging;

/**
 * What makes a message a request or the answer to one. Immutable.
 *
 * @param kind which of them
 * @param id 64 random bits, drawn by who asks and repeated by who answers
 * @see "docs/wire/message-1.0.md, section 3.1"
 */
public record Correlation(Kind kind, long id) {
  /** The part a message plays. */
  public enum Kind {
    /** Asks; only a request handler gets it. */
    REQUEST(0),
    /** Answers with a result. */
    REPLY(1),
    /** Answers that there is no result; the payload is the reason as UTF-8 text. */
    FAILURE(2);

    private static final Kind[] BY_NUMBER = values();

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The number on the wire. */
    public int number() {
      return number;
    }

    /** Whether a kind has this number. */
    public static boolean isKnown(int number) {
      return number >= 0 && number < BY_NUMBER.length;
    }

    /**
     * The kind with a number.
     *
     * @throws IndexOutOfBoundsException if no kind has this number; {@link #isKnown} tells before
     */
    public static Kind ofNumber(int number) {
      return BY_NUMBER[number];
    }
  }

  /** Whether this is an answer, whose way is {@link Lane#REPLY}. */
  public boolean isAnswer() {
    return kind != Kind.REQUEST;
  }
}
