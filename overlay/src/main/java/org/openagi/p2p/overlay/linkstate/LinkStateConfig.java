package org.openagi.p2p.overlay.linkstate;

import java.time.Duration;
import org.openagi.p2p.core.record.NodeType;

/**
 * Limits and times of the link state.
 *
 * @param name what people call this node; empty if it has no name
 * @param nodeType what this node says it is
 * @param relays whether it passes on what others send
 * @param keepsMail whether it keeps mail for who is away
 * @param maxAdverts most nodes that are known; the farthest give way. About 100 bytes each, and the advert
 * @param maxUnchecked most adverts whose signature is being checked
 * @param refreshBytesPerSecond what the refreshing of all known adverts may cost a node, each received once; the interval
 *     between a node's adverts grows with the number of nodes so that this holds
 * @param minRefresh shortest interval between adverts that say nothing new
 * @param maxRefresh longest interval
 * @param changePause between two adverts of news after the first {@code changeBurst}; a lost link is said at once as long as
 *     the burst allows
 * @param changeBurst adverts of news that may follow each other without a pause
 * @param reconcileInterval between two comparisons with a random neighbour
 * @param clockTolerance by how much an advert may be dated later than now
 */
public record LinkStateConfig(
    String name,
    NodeType nodeType,
    boolean relays,
    boolean keepsMail,
    int maxAdverts,
    int maxUnchecked,
    int refreshBytesPerSecond,
    Duration minRefresh,
    Duration maxRefresh,
    Duration changePause,
    int changeBurst,
    Duration reconcileInterval,
    Duration clockTolerance) {
  /** Validates. */
  public LinkStateConfig {
    if (maxAdverts < 16 || maxAdverts > 65_536) {
      throw new IllegalArgumentException("max adverts " + maxAdverts + ", 16 to 65536");
    }
    if (maxUnchecked < 1) throw new IllegalArgumentException("max unchecked " + maxUnchecked);
    if (refreshBytesPerSecond < 1) {
      throw new IllegalArgumentException("refresh bytes per second " + refreshBytesPerSecond);
    }
    if (changeBurst < 1) throw new IllegalArgumentException("change burst " + changeBurst);
    if (maxRefresh.compareTo(minRefresh) < 0) {
      throw new IllegalArgumentException(
          "refresh at least " + minRefresh + ", at most " + maxRefresh);
    }
    if (maxRefresh.toMillis() * LIFETIME_REFRESHES > LinkAdvert.MAX_LIFETIME_MILLIS) {
      throw new IllegalArgumentException(
          "max refresh " + maxRefresh + ", an advert lives for a day");
    }
  }

  /** An advert lives for so many refresh intervals: two may get lost. */
  static final int LIFETIME_REFRESHES = 3;

  /** The defaults for a node of a type. */
  public static LinkStateConfig defaults(NodeType type) {
    return new LinkStateConfig(
        "",
        type,
        type != NodeType.LIGHT,
        type == NodeType.STORAGE,
        1024,
        64,
        1024,
        Duration.ofMinutes(1),
        Duration.ofHours(1),
        Duration.ofSeconds(5),
        4,
        Duration.ofSeconds(30),
        Duration.ofMinutes(10));
  }

  /** The same with room for another number of adverts. */
  public LinkStateConfig withMaxAdverts(int most) {
    return new LinkStateConfig(
        name,
        nodeType,
        relays,
        keepsMail,
        most,
        maxUnchecked,
        refreshBytesPerSecond,
        minRefresh,
        maxRefresh,
        changePause,
        changeBurst,
        reconcileInterval,
        clockTolerance);
  }

  /** The same for a node of a name. */
  public LinkStateConfig withName(String value) {
    return new LinkStateConfig(
        value,
        nodeType,
        relays,
        keepsMail,
        maxAdverts,
        maxUnchecked,
        refreshBytesPerSecond,
        minRefresh,
        maxRefresh,
        changePause,
        changeBurst,
        reconcileInterval,
        clockTolerance);
  }
}
