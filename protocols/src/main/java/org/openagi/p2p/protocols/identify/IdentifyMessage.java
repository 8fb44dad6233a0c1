package org.openagi.p2p.protocols.identify;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * What a peer says of itself. Immutable. Every field may be missing, because pushes can be partial.
 *
 * @param publicKey the peer's key
 * @param listenAddresses where it listens; from the signed record if there was a valid one
 * @param protocols protocols it serves
 * @param observedAddress our address as the peer sees it
 * @param protocolVersion family of protocols, e.g. {@code ipfs/0.1.0}
 * @param agentVersion implementation, e.g. {@code js-libp2p/3.0.0}
 * @param signedPeerRecord a sealed {@link org.openagi.p2p.core.record.PeerRecord} envelope, encoded
 * @see "libp2p specs: identify/README.md, The Identify Message"
 */
public record IdentifyMessage(
    Optional<PublicKey> publicKey,
    List<Multiaddr> listenAddresses,
    List<String> protocols,
    Optional<Multiaddr> observedAddress,
    Optional<String> protocolVersion,
    Optional<String> agentVersion,
    Optional<Bytes> signedPeerRecord) {
  /** Nothing said at all. */
  public static final IdentifyMessage EMPTY = new IdentifyMessage(
      Optional.empty(),
      List.of(),
      List.of(),
      Optional.empty(),
      Optional.empty(),
      Optional.empty(),
      Optional.empty());

  public IdentifyMessage {
    listenAddresses = List.copyOf(listenAddresses);
    protocols = List.copyOf(protocols);
  }

  /** This message with the fields of a later, perhaps partial one laid over it. */
  public IdentifyMessage mergedWith(IdentifyMessage later) {
    return new IdentifyMessage(
        later.publicKey.or(() -> publicKey),
        later.listenAddresses.isEmpty() ? listenAddresses : later.listenAddresses,
        later.protocols.isEmpty() ? protocols : later.protocols,
        later.observedAddress.or(() -> observedAddress),
        later.protocolVersion.or(() -> protocolVersion),
        later.agentVersion.or(() -> agentVersion),
        later.signedPeerRecord.or(() -> signedPeerRecord));
  }
}
