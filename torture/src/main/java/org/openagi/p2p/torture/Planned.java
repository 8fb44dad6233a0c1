package org.openagi.p2p.torture;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.MessageType;

/**
 * One message of a run, known before it starts. Immutable.
 *
 * @param number its place in what one node sends to another, from 1
 * @param givenId the user's id, null if it goes by its number in the lane
 * @param lifetimeMillis how long it lives, 0 for as long as the run
 * @param trouble what its handler does
 * @param seed of its payload
 */
record Planned(
    int from,
    int to,
    int number,
    MessageType type,
    int sizeBytes,
    @Nullable String givenId,
    int lifetimeMillis,
    Trouble trouble,
    long seed) {

  /** What the handler of a message does besides taking it. */
  enum Trouble {
    NONE,
    /** Throws when the message is handed over first. */
    THROWS_ONCE,
    /** Takes some milliseconds. */
    IS_SLOW
  }

  boolean isShortLived() {
    return lifetimeMillis > 0;
  }
}
