package org.openagi.p2p.protocols.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.PeerRecord;
import org.openagi.p2p.core.time.TimeSource;

/**
 * What is known of other peers: addresses with their sources and expiry, protocols, agent, signed
 * records. Bounded in peers (the least recently used unpinned one is forgotten), addresses and
 * protocols. Safe for any thread: short sections under the table's own monitor, nothing is called
 * inside them.
 */
public final class PeerTable {
  /** Most addresses kept of one peer; the least trusted, soonest expiring one goes first. */
  public static final int MAX_ADDRESSES_PER_PEER = 32;

  /** Most protocols kept of one peer; more than any implementation registers. */
  public static final int MAX_PROTOCOLS_PER_PEER = 512;

  /** Longest agent version kept, in characters. */
  public static final int MAX_AGENT_CHARS = 256;

  /** How long an address told by identify or a signed record is believed. */
  public static final Duration IDENTIFIED_TTL = Duration.ofHours(1);

  /** How long an address that worked is remembered. */
  public static final Duration CONNECTED_TTL = Duration.ofDays(7);

  /** Most different protocol lists shared between peers. */
  private static final int MAX_INTERNED_LISTS = 64;

  private static final Comparator<KnownAddress> MOST_TRUSTED_FIRST = Comparator.comparing(
          KnownAddress::source)
      .thenComparing(Comparator.comparingLong(KnownAddress::expiresEpochMillis).reversed());

  private static final class Known {
    final LinkedHashMap<Multiaddr, KnownAddress> addresses = new LinkedHashMap<>(4);
    List<String> protocols = List.of();

    @Nullable
    String agentVersion;

    @Nullable
    Bytes signedRecord;

    long recordSeq;
    long lastSeenEpochMillis;
    int pins;
  }

  private final TimeSource time;
  private final int maxPeers;
  private final LinkedHashMap<PeerId, Known> peers = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<List<String>, List<String>> protocolLists =
      new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Creates an empty table.
   *
   * @param maxPeers most peers remembered, at least 1
   */
  public PeerTable(TimeSource time, int maxPeers) {
    if (maxPeers < 1) throw new IllegalArgumentException("maxPeers is " + maxPeers);
    this.time = time;
    this.maxPeers = maxPeers;
  }

  /**
   * Remembers where a peer may be reached. A {@code /p2p} suffix is cut off; an address whose suffix
   * names another peer is left out. An address already known keeps its better source and its later
   * expiry.
   *
   * @return how many addresses were new
   */
  public synchronized int addAddresses(
      PeerId peer, Collection<Multiaddr> addresses, AddressSource source, Duration ttl) {
    long now = time.epochMillis();
    long expires = expiry(now, ttl);
    int added = 0;
    Known known = null;
    for (Multiaddr address : addresses) {
      Optional<PeerId> named = address.peerId();
      if (named.isPresent() && !named.get().equals(peer)) continue;
      if (known == null) known = touch(peer);
      if (addAddress(known, address.withoutPeerId(), source, expires)) added++;
    }
    if (known != null) shrinkAddresses(known, now);
    return added;
  }

  private static long expiry(long now, Duration ttl) {
    long millis;
    try {
      millis = ttl.toMillis();
    } catch (ArithmeticException forever) {
      return Long.MAX_VALUE;
    }
    return millis > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + millis;
  }

  private static boolean addAddress(
      Known known, Multiaddr address, AddressSource source, long expires) {
    KnownAddress old = known.addresses.get(address);
    if (old == null) {
      known.addresses.put(address, new KnownAddress(address, source, expires));
      return true;
    }
    AddressSource best = old.source().compareTo(source) <= 0 ? old.source() : source;
    long latest = Math.max(old.expiresEpochMillis(), expires);
    known.addresses.put(address, new KnownAddress(address, best, latest));
    return false;
  }

  private static void shrinkAddresses(Known known, long now) {
    known.addresses.values().removeIf(a -> a.expiresEpochMillis() <= now);
    while (known.addresses.size() > MAX_ADDRESSES_PER_PEER) {
      KnownAddress worst =
          known.addresses.values().stream().max(MOST_TRUSTED_FIRST).orElseThrow();
      known.addresses.remove(worst.address());
    }
  }

  /** Forgets the addresses of a peer that came from this source, e.g. after an mDNS good-bye. */
  public synchronized void removeAddresses(PeerId peer, AddressSource source) {
    Known known = peers.get(peer);
    if (known != null) known.addresses.values().removeIf(a -> a.source() == source);
  }

  /** Forgets one address of a peer. */
  public synchronized void removeAddress(PeerId peer, Multiaddr address) {
    Known known = peers.get(peer);
    if (known != null) known.addresses.remove(address.withoutPeerId());
  }

  /** A connection to the peer exists; {@code dialed} is the address that worked, if we dialed. */
  public synchronized void onConnected(PeerId peer, Optional<Multiaddr> dialed) {
    long now = time.epochMillis();
    Known known = touch(peer);
    known.lastSeenEpochMillis = now;
    dialed.ifPresent(address -> addAddress(
        known, address.withoutPeerId(), AddressSource.CONNECTED, expiry(now, CONNECTED_TTL)));
    shrinkAddresses(known, now);
  }

  /** The peer said which protocols it serves and what it runs. An empty list is no statement. */
  public synchronized void onIdentified(
      PeerId peer, List<String> protocols, Optional<String> agentVersion) {
    Known known = touch(peer);
    known.lastSeenEpochMillis = time.epochMillis();
    if (!protocols.isEmpty()) known.protocols = intern(bounded(protocols));
    agentVersion.ifPresent(agent ->
        known.agentVersion = agent.substring(0, Math.min(agent.length(), MAX_AGENT_CHARS)));
  }

  private static List<String> bounded(List<String> protocols) {
    return protocols.size() <= MAX_PROTOCOLS_PER_PEER
        ? List.copyOf(protocols)
        : List.copyOf(protocols.subList(0, MAX_PROTOCOLS_PER_PEER));
  }

  /** Most peers of a network say the same: one list for all of them. */
  private List<String> intern(List<String> protocols) {
    List<String> shared = protocolLists.get(protocols);
    if (shared != null) return shared;
    protocolLists.put(protocols, protocols);
    if (protocolLists.size() > MAX_INTERNED_LISTS) {
      var eldest = protocolLists.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return protocols;
  }

  /**
   * Takes a signed peer record. Its addresses replace the earlier certified ones.
   *
   * @param envelope an encoded signed envelope
   * @return false if a record with the same or a higher sequence number is known
   * @throws ProtocolViolationException if the envelope is invalid or about another peer
   * @see "libp2p RFC 0003: peer routing records"
   */
  public boolean putRecord(PeerId peer, Bytes envelope) throws ProtocolViolationException {
    PeerRecord record = PeerRecord.open(envelope);
    if (!record.peerId().equals(peer)) {
      throw new ProtocolViolationException(
          ProtocolViolationException.Scope.PEER,
          "peer record of " + record.peerId() + " offered by " + peer);
    }
    return putVerified(peer, record, envelope);
  }

  private synchronized boolean putVerified(PeerId peer, PeerRecord record, Bytes envelope) {
    Known known = touch(peer);
    if (known.signedRecord != null && record.seq() <= known.recordSeq) return false;
    known.signedRecord = envelope;
    known.recordSeq = record.seq();
    known.addresses.values().removeIf(a -> a.source() == AddressSource.CERTIFIED);
    long now = time.epochMillis();
    long expires = expiry(now, IDENTIFIED_TTL);
    for (Multiaddr address : record.addresses()) {
      addAddress(known, address.withoutPeerId(), AddressSource.CERTIFIED, expires);
    }
    shrinkAddresses(known, now);
    return true;
  }

  /** Keeps a peer from being forgotten until {@link #unpin}; counted. */
  public synchronized void pin(PeerId peer) {
    touch(peer).pins++;
  }

  /** Undoes one {@link #pin}. */
  public synchronized void unpin(PeerId peer) {
    Known known = peers.get(peer);
    if (known != null && known.pins > 0) known.pins--;
  }

  /** Forgets a peer, unless it is pinned; returns whether it is gone. */
  public synchronized boolean remove(PeerId peer) {
    Known known = peers.get(peer);
    if (known != null && known.pins > 0) return false;
    peers.remove(peer);
    return true;
  }

  /** Takes over an entry of {@link #export} from an earlier run; what is known already wins. */
  public synchronized void restore(PeerEntry entry) {
    long now = time.epochMillis();
    Known known = touch(entry.peer());
    for (KnownAddress a : entry.addresses()) {
      addAddress(known, a.address(), AddressSource.REMEMBERED, a.expiresEpochMillis());
    }
    shrinkAddresses(known, now);
    if (known.protocols.isEmpty()) known.protocols = intern(bounded(entry.protocols()));
    if (known.agentVersion == null) known.agentVersion = entry.agentVersion().orElse(null);
    known.lastSeenEpochMillis = Math.max(known.lastSeenEpochMillis, entry.lastSeenEpochMillis());
  }

  /** What is worth remembering beyond this run: peers that were connected once and have addresses. */
  public synchronized List<PeerEntry> export() {
    return all().stream()
        .filter(e -> e.lastSeenEpochMillis() > 0 && !e.addresses().isEmpty())
        .toList();
  }

  /** What is known of one peer. */
  public synchronized Optional<PeerEntry> get(PeerId peer) {
    Known known = peers.get(peer);
    return known == null ? Optional.empty() : Optional.of(snapshot(peer, known));
  }

  /** The unexpired addresses of one peer, most trusted source first. */
  public synchronized List<Multiaddr> addresses(PeerId peer) {
    Known known = peers.get(peer);
    return known == null
        ? List.of()
        : live(known).stream().map(KnownAddress::address).toList();
  }

  /** The protocols of one peer; empty if it was never identified. */
  public synchronized List<String> protocols(PeerId peer) {
    Known known = peers.get(peer);
    return known == null ? List.of() : known.protocols;
  }

  /** All peers, the least recently used first. */
  public synchronized List<PeerEntry> all() {
    List<PeerEntry> result = new ArrayList<>(peers.size());
    for (Map.Entry<PeerId, Known> e : peers.entrySet()) {
      result.add(snapshot(e.getKey(), e.getValue()));
    }
    return result;
  }

  /** Number of peers known. */
  public synchronized int size() {
    return peers.size();
  }

  private Known touch(PeerId peer) {
    Known known = peers.get(peer);
    if (known != null) return known;
    known = new Known();
    peers.put(peer, known);
    if (peers.size() > maxPeers) forgetLeastRecentlyUsed(peer);
    return known;
  }

  private void forgetLeastRecentlyUsed(PeerId except) {
    var it = peers.entrySet().iterator();
    while (it.hasNext()) {
      var eldest = it.next();
      if (eldest.getValue().pins > 0 || eldest.getKey().equals(except)) continue;
      it.remove();
      return;
    }
  }

  private List<KnownAddress> live(Known known) {
    long now = time.epochMillis();
    return known.addresses.values().stream()
        .filter(a -> a.expiresEpochMillis() > now)
        .sorted(MOST_TRUSTED_FIRST)
        .toList();
  }

  private PeerEntry snapshot(PeerId peer, Known known) {
    return new PeerEntry(
        peer,
        live(known),
        known.protocols,
        Optional.ofNullable(known.agentVersion),
        Optional.ofNullable(known.signedRecord),
        known.lastSeenEpochMillis);
  }
}
