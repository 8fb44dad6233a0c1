package org.openagi.p2p.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;

/**
 * What nodes call themselves that this node never met: signed by them, passed on by others, pinned by nobody. A name that
 * two of them claim belongs to neither. Safe for any thread.
 */
final class AnnouncedNames {
  /** Nodes whose names are kept; beyond it the one heard of longest ago is forgotten. */
  static final int NAMES_MAX = 4096;

  private final Map<PeerId, String> names = new LinkedHashMap<>();
  private final Map<String, List<PeerId>> owners = new LinkedHashMap<>();

  /** A node says what it is called; empty if it is called nothing any more. */
  synchronized void onNamed(PeerId node, String name) {
    forget(node);
    if (name.isEmpty()) return;
    if (names.size() >= NAMES_MAX) forget(names.keySet().iterator().next());
    names.put(node, name);
    owners.computeIfAbsent(name, key -> new ArrayList<>(1)).add(node);
  }

  private void forget(PeerId node) {
    String name = names.remove(node);
    if (name == null) return;
    owners.computeIfPresent(name, (key, nodes) -> {
      nodes.remove(node);
      return nodes.isEmpty() ? null : nodes;
    });
  }

  /** The only node of a name; empty if there is none, or several. */
  synchronized Optional<PeerId> peer(String name) {
    List<PeerId> nodes = owners.getOrDefault(name, List.of());
    return nodes.size() == 1 ? Optional.of(nodes.getFirst()) : Optional.empty();
  }

  /** All nodes of a name, at most a few for a message to people. */
  synchronized List<PeerId> claimants(String name) {
    return owners.getOrDefault(name, List.of()).stream().limit(3).toList();
  }

  /** What a node calls itself, if no other does. */
  synchronized Optional<String> alias(PeerId node) {
    return Optional.ofNullable(names.get(node)).filter(name -> peer(name).isPresent());
  }
}
