package org.openagi.p2p.protocols.mdns;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * Who was heard, how, and until when that may be believed. Bounded by {@link MdnsLimits} and {@link
 * #MAX_SIGHTINGS_PER_PEER}.
 *
 * <p>A sighting is one instance name heard from one IP address on one link; a peer with two
 * interfaces has several. Only the address that made a sighting can take it back, and a peer that
 * restarts replaces the sighting that its address made before.
 */
final class SeenPeers {

  /** Ways one peer is seen at once: a few interfaces, two IP versions each. */
  static final int MAX_SIGHTINGS_PER_PEER = 8;

  /** Parts of the life time, in percent, after which a silent peer is asked for again. */
  private static final int[] REFRESH_PERCENT = {80, 90, 95};

  /** Where and as what a peer was heard. */
  record Key(int linkId, Bytes sourceIp, DnsName instance) {}

  private static final class Sighting {
    final Key key;
    final Peer peer;
    final boolean foreign;
    List<Multiaddr> addresses = List.of();
    long heardNanos;
    long ttlNanos;
    int refreshes;

    Sighting(Key key, Peer peer, boolean foreign) {
      this.key = key;
      this.peer = peer;
      this.foreign = foreign;
    }

    long expiresNanos() {
      return heardNanos + ttlNanos;
    }

    long nextCheckNanos() {
      return refreshes < REFRESH_PERCENT.length
          ? heardNanos + ttlNanos / 100 * REFRESH_PERCENT[refreshes]
          : expiresNanos();
    }
  }

  private static final class Peer {
    final PeerId id;
    // Most recently heard first.
    final ArrayDeque<Sighting> sightings = new ArrayDeque<>();
    List<Multiaddr> reported = List.of();

    Peer(PeerId id) {
      this.id = id;
    }
  }

  private final MdnsLimits limits;
  // Least recently heard first: the order of eviction.
  private final LinkedHashMap<PeerId, Peer> peers = new LinkedHashMap<>();
  private final Map<Key, Sighting> sightings = new LinkedHashMap<>();
  private final Map<Bytes, Integer> perForeignSource = new HashMap<>();
  private final Map<Integer, Integer> perLink = new TreeMap<>();
  private final ArrayDeque<MdnsEvent> events = new ArrayDeque<>();
  private long nextCheckNanos = Mdns.NO_DEADLINE;
  private long evicted;

  SeenPeers(MdnsLimits limits) {
    this.limits = limits;
  }

  /**
   * A peer was heard.
   *
   * @param foreign whether the source is another machine
   * @param addresses not empty
   */
  void onSeen(
      Key key,
      boolean foreign,
      PeerId id,
      List<Multiaddr> addresses,
      long ttlNanos,
      long nowNanos) {
    Sighting sighting = sightings.get(key);
    if (sighting != null && !sighting.peer.id.equals(id)) {
      remove(sighting, MdnsEvent.Cause.EXPIRED);
      sighting = null;
    }
    boolean restarted = false;
    if (sighting == null) {
      Peer known = peers.get(id);
      restarted = known != null && forgetEarlierName(known, key);
      if (foreign
          && perForeignSource.getOrDefault(key.sourceIp(), 0) >= limits.maxPeersPerSource()) {
        evicted++;
        dropIfUnseen(known, MdnsEvent.Cause.EVICTED);
        return;
      }
      sighting = add(key, foreign, id);
    }
    Peer peer = sighting.peer;
    peer.sightings.remove(sighting);
    peer.sightings.addFirst(sighting);
    peers.remove(id);
    peers.put(id, peer);
    sighting.addresses = addresses;
    sighting.heardNanos = nowNanos;
    sighting.ttlNanos = ttlNanos;
    sighting.refreshes = 0;
    nextCheckNanos = Math.min(nextCheckNanos, sighting.nextCheckNanos());
    report(peer, restarted);
  }

  /** An instance said good-bye. */
  void onGoodbye(Key key) {
    Sighting sighting = sightings.get(key);
    if (sighting != null) {
      remove(sighting, MdnsEvent.Cause.GOODBYE);
    }
  }

  /** A link is gone, and with it all that was heard on it. */
  void onLinkDown(int linkId) {
    List.copyOf(sightings.values()).stream()
        .filter(s -> s.key.linkId() == linkId)
        .forEach(s -> remove(s, MdnsEvent.Cause.LINK_DOWN));
  }

  /**
   * Forgets what has expired.
   *
   * @return the links on which to ask again, because something heard there expires soon
   */
  Set<Integer> onTimeout(long nowNanos) {
    Set<Integer> ask = new LinkedHashSet<>();
    if (nowNanos < nextCheckNanos) {
      return ask;
    }
    long next = Mdns.NO_DEADLINE;
    for (Sighting sighting : List.copyOf(sightings.values())) {
      if (nowNanos >= sighting.expiresNanos()) {
        remove(sighting, MdnsEvent.Cause.EXPIRED);
        continue;
      }
      while (nowNanos >= sighting.nextCheckNanos()) {
        sighting.refreshes++;
        ask.add(sighting.key.linkId());
      }
      next = Math.min(next, sighting.nextCheckNanos());
    }
    nextCheckNanos = next;
    return ask;
  }

  long nextDeadlineNanos() {
    return nextCheckNanos;
  }

  /** The instances heard on a link that need not answer: more than half of their life is left. */
  List<Map.Entry<DnsName, Long>> fresh(int linkId, int max, long nowNanos) {
    List<Map.Entry<DnsName, Long>> fresh = new ArrayList<>();
    Iterator<Sighting> all = sightings.values().iterator();
    while (all.hasNext() && fresh.size() < max) {
      Sighting s = all.next();
      long left = s.expiresNanos() - nowNanos;
      if (s.key.linkId() == linkId && left > s.ttlNanos / 2) {
        fresh.add(Map.entry(s.key.instance(), left));
      }
    }
    return fresh;
  }

  /** What there is to report, one event a call, null when there is nothing. */
  @Nullable
  MdnsEvent pollEvent() {
    return events.poll();
  }

  int size() {
    return peers.size();
  }

  int sightingsOnLink(int linkId) {
    return perLink.getOrDefault(linkId, 0);
  }

  long evicted() {
    return evicted;
  }

  /** All peers with their addresses, the one not heard of for longest first. */
  Map<PeerId, List<Multiaddr>> snapshot() {
    Map<PeerId, List<Multiaddr>> all = new LinkedHashMap<>();
    peers.values().forEach(peer -> all.put(peer.id, peer.reported));
    return all;
  }

  private Sighting add(Key key, boolean foreign, PeerId id) {
    Peer peer = peers.get(id);
    if (peer == null) {
      makeRoom();
      peer = new Peer(id);
      peers.put(id, peer);
    } else if (peer.sightings.size() >= MAX_SIGHTINGS_PER_PEER) {
      unlink(peer.sightings.getLast());
    }
    Sighting sighting = new Sighting(key, peer, foreign);
    peer.sightings.addFirst(sighting);
    sightings.put(key, sighting);
    perLink.merge(key.linkId(), 1, Integer::sum);
    if (foreign) {
      perForeignSource.merge(key.sourceIp(), 1, Integer::sum);
    }
    return sighting;
  }

  private void makeRoom() {
    if (peers.size() >= limits.maxPeers()) {
      evicted++;
      Peer eldest = peers.values().iterator().next();
      List.copyOf(eldest.sightings).forEach(this::unlink);
      dropIfUnseen(eldest, MdnsEvent.Cause.EVICTED);
    }
  }

  private boolean forgetEarlierName(Peer peer, Key now) {
    List<Sighting> earlier = peer.sightings.stream()
        .filter(s -> s.key.linkId() == now.linkId() && s.key.sourceIp().equals(now.sourceIp()))
        .toList();
    earlier.forEach(this::unlink);
    return !earlier.isEmpty();
  }

  private void remove(Sighting sighting, MdnsEvent.Cause cause) {
    unlink(sighting);
    if (sighting.peer.sightings.isEmpty()) {
      dropIfUnseen(sighting.peer, cause);
    } else {
      report(sighting.peer, false);
    }
  }

  private void unlink(Sighting sighting) {
    sightings.remove(sighting.key);
    sighting.peer.sightings.remove(sighting);
    perLink.merge(sighting.key.linkId(), -1, SeenPeers::sumOrNull);
    if (sighting.foreign) {
      perForeignSource.merge(sighting.key.sourceIp(), -1, SeenPeers::sumOrNull);
    }
  }

  private void dropIfUnseen(@Nullable Peer peer, MdnsEvent.Cause cause) {
    if (peer != null && peer.sightings.isEmpty() && peers.remove(peer.id) != null) {
      events.add(new MdnsEvent.PeerGone(peer.id, cause));
    }
  }

  private void report(Peer peer, boolean evenIfUnchanged) {
    Set<Multiaddr> addresses = new LinkedHashSet<>();
    for (Sighting sighting : peer.sightings) {
      addresses.addAll(sighting.addresses);
    }
    List<Multiaddr> now = addresses.stream().limit(limits.maxAddressesPerPeer()).toList();
    boolean changed = !Set.copyOf(now).equals(Set.copyOf(peer.reported));
    peer.reported = now;
    if (changed || evenIfUnchanged) {
      events.add(new MdnsEvent.PeerFound(peer.id, now));
    }
  }

  @Nullable
  @SuppressWarnings("NullAway") // merge() removes the entry when the function returns null
  private static Integer sumOrNull(Integer a, Integer b) {
    int sum = a + b;
    return sum == 0 ? null : sum;
  }
}
