package org.openagi.p2p.torture;

/** Faults put into the harness on purpose, to see that the checker finds them. */
enum Plant {
  /** The harness is honest. */
  NONE,
  /** Some handled messages are not entered. */
  FORGET,
  /** Some messages are entered twice. */
  TWICE,
  /** Some messages are entered after the next one of their sender and class. */
  SWAP,
  /** The last byte of some payloads is changed before they are submitted. */
  ALTER,
  /** Some ends of deliveries are not entered. */
  SILENT;

  /** Each so many messages of a flow is treated so. */
  private static final int EVERY = 97;

  /** Whether this is the given fault and a message is one of those it strikes. */
  boolean spoils(Plant fault, Planned message) {
    return this == fault && message.number() % EVERY == 0;
  }
}
