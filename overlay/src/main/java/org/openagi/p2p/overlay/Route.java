package org.openagi.p2p.overlay;

import java.util.List;

/**
 * The ways to a destination. Next hops that share the load are nearer to it than this node is, so that ways of nodes that know
 * the same make no loop.
 *
 * @param nextHops those that share the load, then others that are nearer, then those that are not but know a way around this
 *     node, then those to be avoided; each group the cheapest first; empty if there is no way
 * @param hops links of the cheapest way; 0 if there is none
 * @see "RFC 5286, section 3.2: downstream paths"
 */
public record Route(List<NextHop> nextHops, int hops) {
  /** There is no way. */
  public static final Route NONE = new Route(List.of(), 0);

  /** Copies. */
  public Route {
    nextHops = List.copyOf(nextHops);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return nextHops.isEmpty();
  }

  /** Expected one-way time of the cheapest way in microseconds; 0 if there is none. */
  public long costMicros() {
    return nextHops.isEmpty() ? 0 : nextHops.getFirst().costMicros();
  }
}
