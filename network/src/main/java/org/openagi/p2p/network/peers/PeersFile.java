package org.openagi.p2p.network.peers;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * The text form of the remembered peers: one {@code peer-id last-seen address...} a line. Pure
 * functions.
 */
final class PeersFile {
  static final String NAME = "peers";
  static final int ADDRESSES_MAX = 8;

  /** Eight addresses with long DNS names. */
  static final int LINE_CHARACTERS_MAX = 4096;

  private static final String HEADER =
      "# Peers this node was connected to: peer id, last seen, addresses. Safe to delete.\n";

  private PeersFile() {}

  /** Reads at most {@code peersMax} peers; lines that can't be understood are skipped. */
  static List<RememberedPeer> parse(String text, int peersMax) {
    List<RememberedPeer> peers = new ArrayList<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      if (peers.size() >= peersMax) return peers;
      parseLine(line).ifPresent(peers::add);
    }
    return peers;
  }

  private static Optional<RememberedPeer> parseLine(String line) {
    if (line.isBlank() || line.startsWith("#") || line.length() > LINE_CHARACTERS_MAX)
      return Optional.empty();
    String[] fields = line.strip().split("\\s+", -1);
    if (fields.length < 3 || fields.length > 2 + ADDRESSES_MAX) return Optional.empty();
    try {
      List<Multiaddr> addresses = new ArrayList<>();
      for (int i = 2; i < fields.length; i++) addresses.add(Multiaddr.parse(fields[i]));
      return Optional.of(
          new RememberedPeer(PeerId.parse(fields[0]), addresses, Instant.parse(fields[1])));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty(); // a memory aid: what is not understood is not remembered
    }
  }

  static String format(Collection<RememberedPeer> peers) {
    StringBuilder text = new StringBuilder(HEADER);
    for (RememberedPeer peer : peers) {
      text.append(peer.peer()).append(' ').append(peer.lastSeen());
      for (Multiaddr address : peer.addresses()) text.append(' ').append(address);
      text.append('\n');
    }
    return text.toString();
  }
}
