package org.openagi.p2p.overlay.relay;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;

/**
 * How a peer can be reached at the moment, as far as this node knows.
 *
 * @param kind in which way
 * @param nextHops the neighbours that lead there, the cheapest first; for {@link Kind#MAILBOX} those that lead to a node that
 *     keeps mail
 * @param hops links between here and there by the cheapest way; 0 if there is none
 * @param costMicros expected one-way time of the cheapest way, losses and load counted in; 0 if there is none
 */
public record Reach(Kind kind, List<PeerId> nextHops, int hops, long costMicros) {
  /** There is no way. */
  public static final Reach NONE = new Reach(Kind.NONE, List.of(), 0, 0);

  /** Ways to reach a peer. */
  public enum Kind {
    /** A neighbour. */
    DIRECT,
    /** Over other nodes. */
    ROUTED,
    /** Not now, but nodes of type STORAGE can be reached that keep its mail. */
    MAILBOX,
    /** Not at all. */
    NONE
  }

  /** Copies. */
  public Reach {
    nextHops = List.copyOf(nextHops);
  }
}
