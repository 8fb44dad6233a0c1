package org.openagi.p2p.network;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.protocols.peers.AddressSource;

/**
 * Turns what people call a peer, which is an alias, a peer id or a multiaddr, into a peer id. Safe
 * for any thread.
 */
final class PeerNames {
  /** Addresses given with a name are good for as long as anybody may work with the result. */
  private static final Duration GIVEN_ADDRESS_TTL = Duration.ofHours(1);

  private static final int SHOWN_NAMES_MAX = 10;

  /** The shortest form is that of a SHA-256 hash in base58, 46 characters; anything below is none. */
  private static final int PEER_ID_CHARACTERS_MIN = 40;

  /** Parsing base58 takes microseconds, too long for each message; so many results are kept. */
  private static final int PARSED_MAX = 4096;

  private final Map<String, PeerId> parsed = new ConcurrentHashMap<>();

  private final Identity self;
  private final Host host;
  private final PeerDirectory directory;
  private final Duration patience;
  private final BiConsumer<String, PeerId> pinner;

  /**
   * @param pinner pins a name to a node at first use
   * @param patience how long an unknown alias is waited for
   */
  PeerNames(
      Identity self,
      Host host,
      PeerDirectory directory,
      Duration patience,
      BiConsumer<String, PeerId> pinner) {
    this.self = self;
    this.host = host;
    this.directory = directory;
    this.patience = patience;
    this.pinner = pinner;
  }

  /**
   * The peer, if it can be told without waiting.
   *
   * @throws IllegalArgumentException if the text is no alias, peer id or multiaddr
   */
  Optional<PeerId> resolveNow(String name) {
    if (name.startsWith("/")) {
      Multiaddr address = Multiaddr.parse(name);
      address.peerId().ifPresent(peer -> learn(peer, address));
      return address.peerId();
    }
    if (name.equals(self.nodeId())) return Optional.of(self.peerId());
    Optional<PeerId> id = peerId(name);
    if (id.isPresent()) return id;
    Optional<PeerId> named = directory.peer(name).or(() -> directory.announcedPeer(name));
    if (named.isEmpty()) NodeRecord.requireAlias(name);
    return named;
  }

  /**
   * As {@link #resolveNow}, for something that is to reach the peer. A node that was never met is known by the name it gave,
   * signed; whoever uses the name pins it.
   */
  Optional<PeerId> resolveToUse(String name) {
    Optional<PeerId> found = resolveNow(name);
    if (found.isPresent()) pinAnnounced(name);
    return found;
  }

  private Optional<PeerId> pinAnnounced(String name) {
    Optional<PeerId> found = directory.announcedPeer(name);
    found.ifPresent(peer -> pinner.accept(name, peer));
    return found;
  }

  /**
   * The peer, after waiting for an unknown alias and dialing an address that does not say who is
   * there. Fails with {@link UnknownPeerException}, {@link org.openagi.p2p.net.DialException} or
   * {@link IllegalArgumentException}.
   */
  CompletableFuture<PeerId> resolve(String name) {
    Optional<PeerId> now;
    try {
      now = resolveToUse(name);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (now.isPresent()) return CompletableFuture.completedFuture(now.get());
    return name.startsWith("/")
        ? host.connect(Multiaddr.parse(name))
            .thenApply(Connection::remotePeer)
            .toCompletableFuture()
        : await(name);
  }

  private CompletableFuture<PeerId> await(String alias) {
    CompletableFuture<PeerId> shared = directory.await(alias);
    return shared
        .copy()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(peer -> pinAnnounced(alias).orElse(peer))
        .exceptionallyCompose(failure -> {
          directory.stopWaiting(alias, shared);
          return CompletableFuture.failedFuture(
              failure instanceof UnknownPeerException ? failure : unknown(alias));
        });
  }

  private UnknownPeerException unknown(String alias) {
    List<PeerId> claimants = directory.claimants(alias);
    if (claimants.size() > 1) {
      return new UnknownPeerException(
          alias,
          "several nodes call themselves '"
              + alias
              + "', for example "
              + claimants.getFirst()
              + " and "
              + claimants.getLast()
              + "; write the peer id of the one you mean");
    }
    List<String> connected = directory.connectedAliases();
    String known = connected.isEmpty()
        ? "no named peer is connected"
        : "connected are "
            + String.join(", ", connected.subList(0, Math.min(SHOWN_NAMES_MAX, connected.size())))
            + (connected.size() > SHOWN_NAMES_MAX
                ? " and " + (connected.size() - SHOWN_NAMES_MAX) + " more"
                : "");
    return new UnknownPeerException(
        alias,
        "no peer called '"
            + alias
            + "' was found in "
            + patience.toMillis() / 1000.0
            + " s; "
            + known
            + "; is it running on this network? Its multiaddr works without discovery");
  }

  private void learn(PeerId peer, Multiaddr address) {
    if (!address.withoutPeerId().components().isEmpty())
      host.peers().addAddresses(peer, List.of(address), AddressSource.MANUAL, GIVEN_ADDRESS_TTL);
  }

  /**
   * Reads a name as a peer id. This comes before aliases, and an alias that reads as a peer id is
   * never believed: otherwise one peer could receive what is meant for another.
   */
  private Optional<PeerId> peerId(String name) {
    if (name.length() < PEER_ID_CHARACTERS_MIN) return Optional.empty();
    PeerId known = parsed.get(name);
    if (known != null) return Optional.of(known);
    Optional<PeerId> id = looksLikePeerId(name);
    if (parsed.size() >= PARSED_MAX) parsed.clear();
    id.ifPresent(value -> parsed.put(name, value));
    return id;
  }

  static Optional<PeerId> looksLikePeerId(String name) {
    try {
      return Optional.of(PeerId.parse(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // then it is an alias
    }
  }
}
