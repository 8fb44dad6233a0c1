package org.openagi.p2p.network;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.peers.RememberedPeer;
import org.openagi.p2p.protocols.peers.AddressSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whom to be connected to without being asked: the peers listed, and, as long as they are few, those that announce
 * themselves on the local network, those of last time and those just lost. With more of them the overlay chooses. The dialing
 * itself, with its back-off, is the host's.
 *
 * <p>Of two nodes that see each other at the same moment, the one with the smaller peer id dials at
 * once and the other waits a little, so that there is one connection and not two of which one is
 * closed again.
 *
 * <p>All state is confined to the timer thread; every method posts to it and returns at once.
 */
final class PeerKeeper {
  /** Longer than a connection in a local network takes, shorter than a person notices. */
  static final Duration POLITE_DELAY = Duration.ofMillis(250);

  /** On a busy machine a handshake takes longer; as long as there is one, it may be that of the peer. */
  static final Duration POLITE_DELAY_MAX = Duration.ofSeconds(3);

  /** How long a lost peer that nothing else speaks for is dialed again. */
  static final Duration RECENT_KEPT = Duration.ofMinutes(10);

  /** A peer whose name was refused is not dialed again before; somebody may have resolved it. */
  static final Duration REFUSED_PAUSE = Duration.ofSeconds(30);

  /** Peers of last time that are tried at the start, most recently seen first. */
  static final int REMEMBERED_TRIED_MAX = 32;

  /** Peers kept track of; with more, announcements of new ones are ignored until some are gone. */
  static final int TRACKED_MAX = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(PeerKeeper.class);

  /** They are removed when a peer says good-bye; this only bounds what a crash leaves behind. */
  private static final Duration ANNOUNCED_ADDRESS_TTL = Duration.ofHours(1);

  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Duration TICK = Duration.ofSeconds(5);
  private static final Duration NAMELESS_RETRY_FIRST = Duration.ofSeconds(1);
  private static final Duration NAMELESS_RETRY_MAX = Duration.ofSeconds(60);

  /** Why a peer is kept connected, the weakest first. */
  private enum Reason {
    /** Was lost a short while ago, or connected last time. Anybody can bring this about. */
    RECENT,
    /** Announces itself. */
    ANNOUNCED,
    /** Named in the configuration. */
    LISTED
  }

  /** What is known of one peer. */
  private static final class Tracked {
    final EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);
    boolean kept;
    /** That of the strongest reason. */
    int strength() {
      return reasons.stream().mapToInt(Reason::ordinal).max().orElse(-1);
    }

    long recentUntilNanos; // on the scale of now(), like the next
    long refusedUntilNanos;
  }

  /** Hears of peers that could be neighbours. Any thread. */
  interface Candidates {
    /**
     * A peer turned up.
     *
     * @param known whether this node knows it by itself, and not because anybody announced it
     */
    void add(PeerId peer, List<Multiaddr> addresses, boolean known);
  }

  /** Runs tasks on one thread. */
  interface Timer {
    /** Runs a task after a delay; what comes after the timer's end is dropped. */
    void schedule(Duration delay, Runnable task);
  }

  private final Host host;
  private final Timer timer;
  private final TimeSource time;
  private final int keptMax;
  private final Candidates candidates;
  private final long createdNanos;
  private final Set<PeerId> kept = ConcurrentHashMap.newKeySet();

  // Confined to the timer thread.
  private final Map<PeerId, Tracked> tracked = new HashMap<>();

  /**
   * Keeps nobody yet.
   *
   * @param keptMax peers kept connected, beyond those that are listed: in a small network all, in a larger one the overlay
   *     chooses neighbours among the candidates
   */
  PeerKeeper(Host host, Timer timer, TimeSource time, int keptMax, Candidates candidates) {
    this.host = host;
    this.timer = timer;
    this.time = time;
    this.keptMax = keptMax;
    this.candidates = candidates;
    this.createdNanos = time.nanoTime();
  }

  /**
   * Begins to dial; after the host has started.
   *
   * @param listed addresses of the configuration, with or without a peer id
   * @param remembered peers of last time, most recently seen first
   */
  void start(List<Multiaddr> listed, List<RememberedPeer> remembered) {
    post(() -> {
      listed.forEach(this::keepListed);
      remembered.stream().limit(REMEMBERED_TRIED_MAX).forEach(this::keepRemembered);
    });
    postLater(this::tick, TICK);
  }

  /** Whether a connection to a peer is kept, because it is listed or one of few. Any thread. */
  boolean isKept(PeerId peer) {
    return kept.contains(peer);
  }

  /** A peer announces itself, for the first time or with other addresses. */
  void onAnnounced(PeerId peer, List<Multiaddr> addresses) {
    if (peer.equals(host.peerId())) return;
    post(() -> {
      if (isFull(peer)) return;
      host.peers().addAddresses(peer, addresses, AddressSource.MDNS, ANNOUNCED_ADDRESS_TTL);
      add(peer, Reason.ANNOUNCED);
    });
  }

  /** A peer has stopped announcing itself. */
  void onAnnouncementGone(PeerId peer) {
    post(() -> {
      host.peers().removeAddresses(peer, AddressSource.MDNS);
      remove(peer, Reason.ANNOUNCED);
    });
  }

  /** A peer is connected: nothing is to be done for it until it is lost. */
  void onConnected(PeerId peer) {
    post(() -> {
      Tracked entry = tracked.get(peer);
      if (entry != null) remove(peer, Reason.RECENT);
    });
  }

  /** The last connection to a peer is gone. */
  void onDisconnected(PeerId peer, CloseReason reason) {
    if (!isFarewell(reason.kind())) post(() -> keepForAWhile(peer));
  }

  /** One of us has refused the other's name: leave it alone for a while. */
  void onNameRefused(PeerId peer) {
    post(() -> {
      if (isFull(peer)) return;
      Tracked entry = tracked(peer);
      entry.reasons.remove(Reason.RECENT);
      entry.refusedUntilNanos = now() + REFUSED_PAUSE.toNanos();
      release(peer, entry);
    });
  }

  /** A name was forgotten: whoever was refused may be dialed again. */
  void onNameForgotten() {
    post(() -> tracked.forEach((peer, entry) -> {
      entry.refusedUntilNanos = 0;
      keep(peer, entry);
    }));
  }

  /** After these the peer is not there, or did not want to stay connected. */
  private static boolean isFarewell(CloseReason.Kind kind) {
    return switch (kind) {
      case LOCAL_REQUEST,
          HOST_STOPPED,
          REMOTE_CLOSED,
          REFUSED_BY_REMOTE,
          REFUSED_LOCALLY,
          TRIMMED,
          IDLE,
          PROTOCOL_VIOLATION -> true;
      case CONNECTION_LOST, UNRESPONSIVE, DUPLICATE -> false;
    };
  }

  private void keepListed(Multiaddr address) {
    address
        .peerId()
        .ifPresentOrElse(
            peer -> {
              host.peers().addAddresses(peer, List.of(address), AddressSource.MANUAL, FOREVER);
              add(peer, Reason.LISTED);
            },
            () -> connectNameless(address, NAMELESS_RETRY_FIRST));
  }

  /** Who is at the address is learned from the first connection, and kept from then on. */
  private void connectNameless(Multiaddr address, Duration pause) {
    host.connect(address).whenComplete((connection, failure) -> {
      if (failure == null) {
        PeerId peer = connection.remotePeer();
        post(() -> keepListed(address.withPeerId(peer)));
      } else {
        Duration doubled = pause.multipliedBy(2);
        Duration next = doubled.compareTo(NAMELESS_RETRY_MAX) < 0 ? doubled : NAMELESS_RETRY_MAX;
        postLater(() -> connectNameless(address, next), pause);
      }
    });
  }

  private void keepRemembered(RememberedPeer peer) {
    host.peers().addAddresses(peer.peer(), peer.addresses(), AddressSource.REMEMBERED, RECENT_KEPT);
    candidates.add(peer.peer(), peer.addresses(), true);
    keepForAWhile(peer.peer());
  }

  private void keepForAWhile(PeerId peer) {
    if (isFull(peer)) return;
    tracked(peer).recentUntilNanos = now() + RECENT_KEPT.toNanos();
    add(peer, Reason.RECENT);
  }

  /** Whether the peer would be one too many. */
  private boolean isFull(PeerId peer) {
    return tracked.size() >= TRACKED_MAX && !tracked.containsKey(peer);
  }

  private Tracked tracked(PeerId peer) {
    return tracked.computeIfAbsent(peer, each -> new Tracked());
  }

  private void add(PeerId peer, Reason reason) {
    Tracked entry = tracked(peer);
    entry.reasons.add(reason);
    boolean hurry = host.peerId().compareTo(peer) < 0 || reason != Reason.ANNOUNCED;
    if (hurry) admit(peer, entry, reason);
    else admitPolitely(peer, entry, POLITE_DELAY);
  }

  private void admitPolitely(PeerId peer, Tracked entry, Duration waited) {
    Runnable look = () -> {
      boolean mayBeComing =
          host.connections(peer).isEmpty() && host.stats().handshakesInFlight() > 0;
      if (mayBeComing && waited.compareTo(POLITE_DELAY_MAX) < 0)
        admitPolitely(peer, entry, waited.plus(POLITE_DELAY));
      else admit(peer, entry, Reason.ANNOUNCED);
    };
    postLater(look, POLITE_DELAY);
  }

  /** Its turn has come: the overlay, too, is not told before, since it dials at once. */
  private void admit(PeerId peer, Tracked entry, Reason reason) {
    keep(peer, entry);
    if (reason != Reason.RECENT && entry.reasons.contains(reason))
      candidates.add(peer, host.peers().addresses(peer), reason == Reason.LISTED);
  }

  private void remove(PeerId peer, Reason reason) {
    Tracked entry = tracked.get(peer);
    if (entry == null) return;
    entry.reasons.remove(reason);
    if (entry.reasons.isEmpty()) release(peer, entry);
    forgetIfIdle(peer, entry);
  }

  private void keep(PeerId peer, Tracked entry) {
    boolean refused = entry.refusedUntilNanos > now();
    if (entry.kept || entry.reasons.isEmpty() || refused) return;
    boolean isOneTooMany = kept.size() >= keptMax && !entry.reasons.contains(Reason.LISTED);
    if (isOneTooMany && !releaseWeakerThan(entry)) return;
    entry.kept = host.keepConnected(peer);
    if (!entry.kept && releaseWeakerThan(entry)) entry.kept = host.keepConnected(peer);
    // If that failed too, the next tick tries again.
    if (entry.kept) kept.add(peer);
  }

  /** Makes room: what others can bring about must not push out what the user has asked for. */
  private boolean releaseWeakerThan(Tracked entry) {
    for (Map.Entry<PeerId, Tracked> other : tracked.entrySet()) {
      if (other.getValue().kept && other.getValue().strength() < entry.strength()) {
        release(other.getKey(), other.getValue());
        return true;
      }
    }
    return false;
  }

  private void release(PeerId peer, Tracked entry) {
    if (entry.kept) host.releaseConnected(peer);
    entry.kept = false;
    kept.remove(peer);
  }

  private void tick() {
    postLater(this::tick, TICK);
    long now = now();
    for (Map.Entry<PeerId, Tracked> each : List.copyOf(tracked.entrySet())) {
      Tracked entry = each.getValue();
      boolean recentOver = entry.recentUntilNanos != Long.MAX_VALUE && entry.recentUntilNanos < now;
      if (entry.reasons.contains(Reason.RECENT) && recentOver) remove(each.getKey(), Reason.RECENT);
      else keep(each.getKey(), entry);
      forgetIfIdle(each.getKey(), entry);
    }
  }

  private void forgetIfIdle(PeerId peer, Tracked entry) {
    if (entry.reasons.isEmpty() && entry.refusedUntilNanos < now()) tracked.remove(peer);
  }

  /** Nanoseconds since this keeper was made, so 0 is the past. */
  private long now() {
    return time.nanoTime() - createdNanos + 1;
  }

  private void post(Runnable task) {
    postLater(task, Duration.ZERO);
  }

  private void postLater(Runnable task, Duration delay) {
    timer.schedule(delay, () -> runLogged(task));
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a decision about a peer failed");
    }
  }
}
