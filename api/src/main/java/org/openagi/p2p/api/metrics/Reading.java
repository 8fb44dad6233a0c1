package org.openagi.p2p.api.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.api.ApiStats;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.network.transfer.TransferStats;
import org.openagi.p2p.overlay.node.OverlayStats;

/**
 * All that is told in one answer, taken at one moment. Immutable.
 *
 * @param network of the node
 * @param overlay of the node; if it did not answer in time, what it said last
 * @param transfers of the node
 * @param api of the local API
 * @param peers that are connected, those with the most traffic first
 * @param process of this process
 */
record Reading(
    NetworkStats network,
    Optional<OverlayStats> overlay,
    TransferStats transfers,
    ApiStats api,
    List<PeerInfo> peers,
    ProcessFigures process) {
  /** Peers that are told one by one; of the others only the sums are. */
  static final int SHOWN_PEERS_MAX = 50;

  /** Sorts the peers. */
  Reading {
    peers = peers.stream()
        .sorted(Comparator.comparingLong((PeerInfo peer) -> peer.bytesIn() + peer.bytesOut())
            .reversed())
        .toList();
  }

  /** Peers that are told one by one. */
  List<PeerInfo> shownPeers() {
    return peers.subList(0, Math.min(SHOWN_PEERS_MAX, peers.size()));
  }
}
