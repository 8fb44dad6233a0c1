package org.openagi.p2p.net.limits;

import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.RefusalCause;

/**
 * Counts connections and handshakes and says which ones are too many, before they cost anything.
 *
 * <p>Safe for any thread: accepting event loops and {@code net-control} meet here, in short sections
 * under its own monitor; nothing is called inside them.
 */
public final class ConnectionLimiter {
  /** What to do with an accepted socket. */
  public enum Verdict {
    /** Upgrade it. */
    ACCEPT,
    /** Upgrade it only to tell the peer why it is refused. */
    REFUSE_WITH_REASON,
    /** Close it without a word. */
    DROP
  }

  /**
   * The answer for an accepted socket.
   *
   * @param verdict what to do
   * @param cause why, unless accepted; null then
   */
  public record Admission(Verdict verdict, @Nullable RefusalCause cause) {}

  /** Peers that are refused by name; beyond it the oldest are let in again. */
  public static final int MAX_REFUSED_PEERS = 4096;

  private static final Admission ACCEPTED = new Admission(Verdict.ACCEPT, null);

  private final Limits limits;
  private final Map<AddressGroup, Integer> handshakesBySubnet = new HashMap<>();
  private final Map<AddressGroup, Integer> inboundByHost = new HashMap<>();
  private final Map<PeerId, Integer> byPeer = new HashMap<>();
  private final Set<PeerId> refusedPeers = new LinkedHashSet<>();
  private final EnumMap<RefusalCause, Long> refusals = new EnumMap<>(RefusalCause.class);
  private int handshakesIn;
  private int handshakesOut;
  private int refusalsInFlight;
  private int inbound;
  private int outbound;
  private long handshakesSucceeded;
  private long handshakesFailed;
  private boolean stopping;

  /** Creates a limiter with nothing counted. */
  public ConnectionLimiter(Limits limits) {
    this.limits = limits;
  }

  /**
   * Asks for an accepted socket. Unless dropped, {@link #onHandshakeEnded} must follow once.
   *
   * @param address of the remote host
   */
  public synchronized Admission onAccepted(InetAddress address) {
    if (stopping) return drop(RefusalCause.STOPPING);
    if (handshakesIn >= limits.maxHandshakes()) return drop(RefusalCause.MAX_HANDSHAKES);
    boolean exempt = address.isLoopbackAddress();
    AddressGroup subnet = AddressGroup.subnetOf(address);
    int ofSubnet = handshakesBySubnet.getOrDefault(subnet, 0);
    if (!exempt && ofSubnet >= limits.maxHandshakesPerAddress()) {
      return drop(RefusalCause.MAX_HANDSHAKES_PER_ADDRESS);
    }
    RefusalCause full = inboundLimit(address);
    if (full != null && refusalsInFlight >= limits.maxRefusalsInFlight()) return drop(full);
    handshakesIn++;
    handshakesBySubnet.put(subnet, ofSubnet + 1);
    if (full == null) return ACCEPTED;
    refusalsInFlight++;
    return new Admission(Verdict.REFUSE_WITH_REASON, full);
  }

  private Admission drop(RefusalCause cause) {
    onRefused(cause);
    return new Admission(Verdict.DROP, cause);
  }

  private @Nullable RefusalCause inboundLimit(InetAddress address) {
    if (inbound + outbound >= limits.maxConnections()) return RefusalCause.MAX_CONNECTIONS;
    if (inbound >= limits.maxInbound()) return RefusalCause.MAX_INBOUND;
    if (address.isLoopbackAddress()) return null;
    int ofHost = inboundByHost.getOrDefault(AddressGroup.hostOf(address), 0);
    return ofHost >= limits.maxPerAddress() ? RefusalCause.MAX_PER_ADDRESS : null;
  }

  /** The upgrade of an accepted socket ended, one way or the other. */
  public synchronized void onHandshakeEnded(InetAddress address, Admission admission) {
    handshakesIn--;
    decrement(handshakesBySubnet, AddressGroup.subnetOf(address));
    if (admission.verdict() == Verdict.REFUSE_WITH_REASON) refusalsInFlight--;
  }

  /** An outbound upgrade begins. */
  public synchronized void onOutboundHandshake() {
    handshakesOut++;
  }

  /** An outbound upgrade ended. */
  public synchronized void onOutboundHandshakeEnded() {
    handshakesOut--;
  }

  /** Whether a dial makes sense now. */
  public synchronized Optional<RefusalCause> mayDial() {
    if (stopping) return Optional.of(RefusalCause.STOPPING);
    if (inbound + outbound >= limits.maxConnections()) {
      return Optional.of(RefusalCause.MAX_CONNECTIONS);
    }
    if (outbound >= limits.maxOutbound()) return Optional.of(RefusalCause.MAX_OUTBOUND);
    return Optional.empty();
  }

  /**
   * Counts an authenticated connection in, or says why not. Unless refused, {@link #onClosed} must
   * follow once.
   */
  public synchronized Optional<RefusalCause> tryEstablish(
      Direction direction, PeerId peer, InetAddress address) {
    RefusalCause cause = establishLimit(direction, peer, address);
    if (cause != null) return Optional.of(cause);
    if (direction == Direction.INBOUND) {
      inbound++;
      inboundByHost.merge(AddressGroup.hostOf(address), 1, Integer::sum);
    } else {
      outbound++;
    }
    byPeer.merge(peer, 1, Integer::sum);
    return Optional.empty();
  }

  private @Nullable RefusalCause establishLimit(
      Direction direction, PeerId peer, InetAddress address) {
    if (stopping) return RefusalCause.STOPPING;
    if (refusedPeers.contains(peer)) return RefusalCause.GATED;
    if (byPeer.getOrDefault(peer, 0) >= limits.maxPerPeer()) return RefusalCause.MAX_PER_PEER;
    if (direction == Direction.INBOUND) return inboundLimit(address);
    return mayDial().orElse(null);
  }

  /** A connection of {@link #tryEstablish} is gone. */
  public synchronized void onClosed(Direction direction, PeerId peer, InetAddress address) {
    if (direction == Direction.INBOUND) {
      inbound--;
      decrement(inboundByHost, AddressGroup.hostOf(address));
    } else {
      outbound--;
    }
    decrement(byPeer, peer);
  }

  /** Refuses new connections of a peer, in both directions, or no longer. */
  public synchronized void setRefused(PeerId peer, boolean refused) {
    refusedPeers.remove(peer);
    if (!refused) return;
    refusedPeers.add(peer);
    if (refusedPeers.size() > MAX_REFUSED_PEERS)
      refusedPeers.remove(refusedPeers.iterator().next());
  }

  /** Refuses everything from now on. */
  public synchronized void onStopping() {
    stopping = true;
  }

  /** Counts a refusal that was decided elsewhere. */
  public synchronized void onRefused(RefusalCause cause) {
    refusals.merge(cause, 1L, Long::sum);
  }

  /** Counts a finished upgrade. */
  public synchronized void onHandshakeResult(boolean success) {
    if (success) handshakesSucceeded++;
    else handshakesFailed++;
  }

  /** The limit behind a cause; 0 if there is no number. */
  public long limitOf(RefusalCause cause) {
    return switch (cause) {
      case MAX_CONNECTIONS -> limits.maxConnections();
      case MAX_INBOUND -> limits.maxInbound();
      case MAX_OUTBOUND -> limits.maxOutbound();
      case MAX_PER_PEER -> limits.maxPerPeer();
      case MAX_PER_ADDRESS -> limits.maxPerAddress();
      case MAX_HANDSHAKES -> limits.maxHandshakes();
      case MAX_HANDSHAKES_PER_ADDRESS -> limits.maxHandshakesPerAddress();
      case MAX_STREAMS -> limits.maxInboundStreams();
      case MAX_HANDLERS -> limits.maxHandlers();
      case SELF, GATED, STOPPING, UNKNOWN_PROTOCOL, HANDSHAKE_TIMEOUT, HANDSHAKE_FAILED -> 0;
    };
  }

  /** Refusals so far, by cause. */
  public synchronized Map<RefusalCause, Long> refusals() {
    return Map.copyOf(refusals);
  }

  /** Inbound connections open now. */
  public synchronized int inbound() {
    return inbound;
  }

  /** Outbound connections open now. */
  public synchronized int outbound() {
    return outbound;
  }

  /** Upgrades in flight now, both directions. */
  public synchronized int handshakesInFlight() {
    return handshakesIn + handshakesOut;
  }

  /** Upgrades completed so far. */
  public synchronized long handshakesSucceeded() {
    return handshakesSucceeded;
  }

  /** Upgrades failed so far. */
  public synchronized long handshakesFailed() {
    return handshakesFailed;
  }

  private static <K> void decrement(Map<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (k, n) -> n <= 1 ? null : n - 1);
  }
}
