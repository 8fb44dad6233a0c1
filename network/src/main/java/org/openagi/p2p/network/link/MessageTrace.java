package org.openagi.p2p.network.link;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;

/**
 * What is known of the way of a message that this node sent. Immutable.
 *
 * @param messageId the user's, or the one derived from the number
 * @param recipient to whom
 * @param state where it stands
 * @param attempts how often it was sent
 * @param steps what happened, in order of time
 */
public record MessageTrace(
    String messageId, PeerId recipient, Delivery.State state, int attempts, List<Step> steps) {
  /** Copies. */
  public MessageTrace {
    steps = List.copyOf(steps);
  }

  /** What a step tells. */
  public enum Kind {
    /** Given to this node. */
    QUEUED,
    /** Written to a connection for the first time, or given to the courier. */
    SENT,
    /** The next node took it over. */
    TAKEN,
    /** Refused on its way, or not heard of: sent again. */
    LOST,
    /** Passed a node, as the parcel says that it noted there. */
    HOP,
    /** The recipient has it, as its receipt says. */
    RECEIVED,
    /** Settled: acknowledged, expired or refused. */
    ENDED
  }

  /**
   * Something that happened.
   *
   * @param atEpochMillis when this node learned of it, milliseconds since 1970
   * @param kind what
   * @param node which other node did it, null if none
   * @param tookMicros for a hop how long it held the message; for TAKEN and RECEIVED how long after it was sent this node knew
   *     of it; else 0
   * @param linkMicros for a hop, of the link on which the message left it: how long the next node took lately to take a
   *     message over, from sending it until that was known, smoothed, by the hop's own clock; else, or if not known, 0
   * @param text more for people, may be empty
   */
  public record Step(
      long atEpochMillis,
      Kind kind,
      @Nullable PeerId node,
      long tookMicros,
      long linkMicros,
      String text) {}
}
