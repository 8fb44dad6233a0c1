package org.openagi.p2p.protocols.dialing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.openagi.p2p.core.identity.PeerId;

/** Which connections to use, to keep and to close. Pure functions. */
public final class ConnectionSelector {
  /**
   * What the decisions look at. All times by one monotonic clock.
   *
   * @param id number of the connection
   * @param dialedByUs whether we opened it
   * @param openedNanos when the upgrade was complete
   * @param heardNanos when bytes of the peer were last seen on it
   * @param streams open streams, both directions
   * @param protectedLink whether it must not be trimmed
   * @param suspect whether heartbeats are unanswered
   * @param standing what is thought of the peer, by {@link PeerStanding}
   */
  public record Link(
      long id,
      boolean dialedByUs,
      long openedNanos,
      long heardNanos,
      int streams,
      boolean protectedLink,
      boolean suspect,
      int standing) {
    /** One of whose peer nothing is thought. */
    public Link(
        long id,
        boolean dialedByUs,
        long openedNanos,
        long heardNanos,
        int streams,
        boolean protectedLink,
        boolean suspect) {
      this(id, dialedByUs, openedNanos, heardNanos, streams, protectedLink, suspect, 0);
    }

    /** The same with something thought of its peer. */
    public Link withStanding(int value) {
      return new Link(
          id, dialedByUs, openedNanos, heardNanos, streams, protectedLink, suspect, value);
    }
  }

  /** What is thought of a peer when some have to go. Safe for any thread; answers at once. */
  @FunctionalInterface
  public interface PeerStanding {
    /** Of everybody the same. */
    PeerStanding NONE = peer -> 0;

    /** 0 if nothing is known; below 0 for peers that go before all others, above it for those that are of more use. */
    int of(PeerId peer);
  }

  private ConnectionSelector() {}

  /**
   * Of two connections dialed by different sides, both sides keep the one that the smaller peer id
   * dialed.
   */
  public static boolean isCanonical(Link link, PeerId local, PeerId remote) {
    return link.dialedByUs == (local.compareTo(remote) < 0);
  }

  /**
   * The connections of one peer, the one to use first: answering ones before suspect ones; one that
   * has proved to be alive since the others were opened and is canonical; then the newest, because
   * an older one may belong to an earlier life of the peer.
   */
  public static List<Link> byPreference(List<Link> links, PeerId local, PeerId remote) {
    if (links.size() < 2) return links;
    long newest = newestOpened(links);
    Comparator<Link> order = Comparator.comparing(Link::suspect)
        .thenComparing(l -> !(isCanonical(l, local, remote) && l.heardNanos >= newest))
        .thenComparing(Comparator.comparingLong(Link::openedNanos).reversed())
        .thenComparing(Comparator.comparingLong(Link::id).reversed());
    return links.stream().sorted(order).toList();
  }

  /**
   * Connections of one peer that are superfluous because both sides dialed at about the same time:
   * those that are not canonical, while a canonical one exists that was heard of after all others
   * were opened. Both are left alone before they have reached {@code graceNanos}, and a connection
   * with streams is left alone until they are done.
   *
   * @return ids to close
   */
  public static List<Long> duplicates(
      List<Link> links, PeerId local, PeerId remote, long nowNanos, long graceNanos) {
    if (links.size() < 2) return List.of();
    long newest = newestOpened(links);
    boolean kept = links.stream()
        .anyMatch(l -> isCanonical(l, local, remote)
            && !l.suspect
            && l.heardNanos >= newest
            && nowNanos - l.openedNanos >= graceNanos);
    if (!kept) return List.of();
    return links.stream()
        .filter(l -> !isCanonical(l, local, remote))
        .filter(l -> l.streams == 0 && nowNanos - l.openedNanos >= graceNanos)
        .map(Link::id)
        .toList();
  }

  /**
   * Connections to close because there are more than {@code high}, until {@code low} are left.
   * Protected ones and those younger than {@code graceNanos} stay, even if that means to remain
   * above. Those of ill repute go first, the worst before the others, even if they are in use; then suspect ones, then those
   * without streams, then those of peers that are of less use, then inbound ones, then those silent for longest.
   *
   * @return ids to close, at most {@code links.size() - low}
   */
  public static List<Long> trim(
      List<Link> links, int low, int high, long nowNanos, long graceNanos) {
    if (links.size() <= high) return List.of();
    List<Link> candidates = new ArrayList<>(links);
    candidates.removeIf(l -> l.protectedLink || nowNanos - l.openedNanos < graceNanos);
    candidates.sort(Comparator.comparingInt((Link l) -> Math.min(0, l.standing))
        .thenComparing(l -> !l.suspect)
        .thenComparing(l -> l.streams > 0)
        .thenComparingInt(Link::standing)
        .thenComparing(Link::dialedByUs)
        .thenComparingLong(Link::heardNanos)
        .thenComparingLong(Link::id));
    return candidates.stream().limit((long) links.size() - low).map(Link::id).toList();
  }

  private static long newestOpened(List<Link> links) {
    long newest = links.getFirst().openedNanos;
    for (Link l : links) if (l.openedNanos - newest > 0) newest = l.openedNanos;
    return newest;
  }
}
