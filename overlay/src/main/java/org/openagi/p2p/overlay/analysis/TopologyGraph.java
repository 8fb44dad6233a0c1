package org.openagi.p2p.overlay.analysis;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Who is linked to whom, as far as a node knows. Immutable; links have no direction.
 *
 * @param nodes all nodes, in the order of their ids
 * @param links without repetitions, between nodes of the graph, in the order of their ends
 */
public record TopologyGraph(List<PeerId> nodes, List<Link> links) {
  /** No nodes. */
  public static final TopologyGraph EMPTY = new TopologyGraph(List.of(), List.of());

  /**
   * A link.
   *
   * @param a the end with the smaller id
   * @param b the other one
   * @param costMicros what it costs to use it, as an expected time in microseconds; at least 1
   */
  public record Link(PeerId a, PeerId b, long costMicros) {
    /** Validates. */
    public Link {
      if (a.compareTo(b) >= 0) throw new IllegalArgumentException("link from " + a + " to " + b);
      if (costMicros < 1) throw new IllegalArgumentException("link of cost " + costMicros);
    }

    /** A link between two different peers, named in any order. */
    public static Link between(PeerId one, PeerId other, long costMicros) {
      return one.compareTo(other) < 0
          ? new Link(one, other, costMicros)
          : new Link(other, one, costMicros);
    }
  }

  /** Validates and copies. */
  public TopologyGraph {
    nodes = List.copyOf(nodes);
    links = List.copyOf(links);
    Set<PeerId> known = new HashSet<>(nodes);
    if (known.size() != nodes.size()) throw new IllegalArgumentException("a node named twice");
    for (Link each : links) {
      if (!known.contains(each.a()) || !known.contains(each.b())) {
        throw new IllegalArgumentException("link of a node that is not in the graph: " + each);
      }
    }
  }

  /**
   * Makes a graph of nodes and links in any order; ends of links are nodes too. Of several links between the same two the
   * costliest counts, because both directions have to be passed sooner or later.
   */
  public static TopologyGraph of(Collection<PeerId> nodes, Collection<Link> links) {
    TreeSet<PeerId> all = new TreeSet<>(nodes);
    Map<List<PeerId>, Link> unique = new LinkedHashMap<>();
    for (Link each : links) {
      all.add(each.a());
      all.add(each.b());
      unique.merge(
          List.of(each.a(), each.b()),
          each,
          (one, other) -> one.costMicros() >= other.costMicros() ? one : other);
    }
    List<Link> sorted = unique.values().stream()
        .sorted(java.util.Comparator.comparing(Link::a).thenComparing(Link::b))
        .toList();
    return new TopologyGraph(List.copyOf(all), sorted);
  }
}
