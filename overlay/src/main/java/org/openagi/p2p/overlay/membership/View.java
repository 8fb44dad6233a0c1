package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The neighbours of a node, in the order in which they came, and which of them are its view. Confined to its owner.
 */
final class View {
  private final MembershipConfig config;
  private final MembershipPort port;
  private final RandomGenerator random;
  private final Map<PeerId, Neighbour> neighbours = new LinkedHashMap<>();
  private int size;

  View(MembershipConfig config, MembershipPort port, RandomGenerator random) {
    this.config = config;
    this.port = port;
    this.random = random;
  }

  // ---- neighbours ------------------------------------------------------------------------------

  void link(Neighbour made) {
    neighbours.put(made.peer(), made);
  }

  /** Forgets a neighbour; it leaves the view with {@link #remove}. */
  @Nullable
  Neighbour unlink(PeerId peer) {
    return neighbours.remove(peer);
  }

  @Nullable
  Neighbour get(PeerId peer) {
    return neighbours.get(peer);
  }

  boolean isNeighbour(PeerId peer) {
    return neighbours.containsKey(peer);
  }

  /** All of them. Those who change who is one go through a copy. */
  Collection<Neighbour> neighbours() {
    return neighbours.values();
  }

  /** Whether some neighbours are neither in the view nor among so many who were asked. */
  boolean hasGuestsBut(int asked) {
    return neighbours.size() != size + asked;
  }

  // ---- the view --------------------------------------------------------------------------------

  int size() {
    return size;
  }

  boolean hasRoom() {
    return size < config.maxDegree();
  }

  /** Adds a neighbour that is not in it. */
  void add(Neighbour peer) {
    peer.inView = true;
    size++;
    port.onViewChanged(peer.peer(), true);
  }

  /** Removes a neighbour if it is in it. */
  void remove(Neighbour peer) {
    if (!peer.inView) return;
    peer.inView = false;
    size--;
    port.onViewChanged(peer.peer(), false);
  }

  boolean contains(PeerId peer) {
    Neighbour found = neighbours.get(peer);
    return found != null && found.inView;
  }

  /** Who is in it, the oldest first. */
  List<PeerId> peers() {
    return neighbours.values().stream()
        .filter(each -> each.inView)
        .map(Neighbour::peer)
        .toList();
  }

  /** Whether as many are in it from a range of addresses as may be. */
  boolean isCrowded(AddressRange range) {
    if (!range.isLimited()) return false;
    int narrow = 0;
    int wide = 0;
    for (Neighbour each : neighbours.values()) {
      if (!each.inView || each.range.kind() != range.kind()) continue;
      if (each.range.narrow() == range.narrow()) narrow++;
      if (each.range.wide() == range.wide()) wide++;
    }
    return narrow >= config.maxPerNarrowRange() || wide >= config.maxPerWideRange();
  }

  /** Those whom a {@link TrimPolicy} may choose from, in random order; the newest stays. */
  List<TrimPolicy.Candidate> trimCandidates(Neighbour newest) {
    List<TrimPolicy.Candidate> view = new ArrayList<>(size);
    for (Neighbour each : neighbours.values()) {
      if (!each.inView) continue;
      boolean stays = each == newest || port.isProtected(each.peer());
      view.add(new TrimPolicy.Candidate(
          each.peer(), port.score(each.peer()), each.degree, each.range, stays));
    }
    Collections.shuffle(view, random);
    return view;
  }

  /** One of it, but neither of two. */
  @Nullable
  Neighbour randomBut(PeerId notThis, PeerId norThis) {
    Neighbour chosen = null;
    int seen = 0;
    for (Neighbour each : neighbours.values()) {
      boolean excluded = each.peer().equals(notThis) || each.peer().equals(norThis);
      if (each.inView && !excluded && random.nextInt(++seen) == 0) chosen = each;
    }
    return chosen;
  }

  /** Those of it, but one, whose addresses are known, in random order. */
  List<Neighbour> shuffledBut(Neighbour notThis) {
    List<Neighbour> view = new ArrayList<>(size);
    for (Neighbour each : neighbours.values()) {
      if (each.inView && each != notThis && !each.addresses.isEmpty()) view.add(each);
    }
    Collections.shuffle(view, random);
    return view;
  }
}
