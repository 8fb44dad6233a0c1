package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.health.LinkHealth;
import org.openagi.p2p.overlay.reputation.Explanation;

/**
 * What is known of a peer at one moment. Immutable.
 *
 * @param peerId who it is
 * @param alias its name, if one is pinned to its key
 * @param nodeType what it said it is for; empty until it has told that over a connection
 * @param connected whether a connection to it is open
 * @param health what is thought of it; empty if it is not connected, nor was lately
 * @param roundTrip smoothed round-trip time of the connection; empty before the first measurement
 * @param security protocol id of the secure channel; empty if there is no connection
 * @param connectedSince when the oldest connection that is still open was made
 * @param lastSeen when it was last connected; empty if never
 * @param addresses where it may be reached, most trusted first, without {@code /p2p/ID}
 * @param agentVersion the program it said it runs
 * @param protocols the protocols it said it speaks
 * @param bytesIn bytes received over its open connections, encryption included
 * @param bytesOut bytes sent over its open connections, encryption included
 * @param link everything measured of the link to it and the reason of its state; of one that was lost lately, what was
 *     known last. Empty if it does not take part in the overlay
 * @param reputation its score, term by term; empty if nothing was noted of it
 * @param clockAhead by how much its clock is ahead of this machine's, negative if it is behind; empty unless it is a neighbour
 *     that has dated something
 */
public record PeerInfo(
    PeerId peerId,
    Optional<String> alias,
    Optional<NodeType> nodeType,
    boolean connected,
    Optional<HealthState> health,
    Optional<Duration> roundTrip,
    Optional<String> security,
    Optional<Instant> connectedSince,
    Optional<Instant> lastSeen,
    List<Multiaddr> addresses,
    Optional<String> agentVersion,
    List<String> protocols,
    long bytesIn,
    long bytesOut,
    Optional<LinkHealth> link,
    Optional<Explanation> reputation,
    Optional<Duration> clockAhead) {
  /** Copies the lists. */
  public PeerInfo {
    addresses = List.copyOf(addresses);
    protocols = List.copyOf(protocols);
  }

  /** The name if there is one, else the peer id. */
  public String displayName() {
    return alias.orElseGet(peerId::toString);
  }
}
