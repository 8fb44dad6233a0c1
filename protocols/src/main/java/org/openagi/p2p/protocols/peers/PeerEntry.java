package org.openagi.p2p.protocols.peers;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Snapshot of what is known of a peer. Immutable.
 *
 * @param peer who
 * @param addresses where it may be reached, best source first, expired ones left out
 * @param protocols what it serves; empty if it was never identified
 * @param agentVersion what it runs
 * @param signedRecord the newest valid signed peer record, an encoded envelope
 * @param lastSeenEpochMillis wall-clock time of the last connection; 0 if never
 */
public record PeerEntry(
    PeerId peer,
    List<KnownAddress> addresses,
    List<String> protocols,
    Optional<String> agentVersion,
    Optional<Bytes> signedRecord,
    long lastSeenEpochMillis) {
  public PeerEntry {
    addresses = List.copyOf(addresses);
    protocols = List.copyOf(protocols);
  }
}
