package org.openagi.p2p.messaging.outbox;

/** Something that gets a number when it is appended to a log. */
public interface Numbered {
  /** Takes the number. Called once, before the entry is published to the log's reader. */
  void assignNumber(long number);

  /** It can be read as soon as it is appended. Called instead of any later word, before the entry is published. */
  default void acceptAtOnce() {}
}
