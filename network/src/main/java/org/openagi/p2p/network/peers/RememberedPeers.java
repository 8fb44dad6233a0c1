package org.openagi.p2p.network.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.keystore.OwnerOnly;

/**
 * The peers of last time, least recently seen first. Safe for any thread; {@link #load} and {@link
 * #save} touch the disk.
 */
public final class RememberedPeers {
  /** Peers kept; the least recently seen gives way. Enough to find back into any network. */
  public static final int PEERS_MAX = 256;

  private static final int BYTES_MAX = PEERS_MAX * PeersFile.LINE_CHARACTERS_MAX;

  private final Path file;
  private final int peersMax;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<PeerId, RememberedPeer> peers = new LinkedHashMap<>();
  private boolean changed;

  private RememberedPeers(Path file, int peersMax) {
    this.file = file;
    this.peersMax = peersMax;
  }

  /**
   * Reads the file of a data folder; no file means no peers.
   *
   * @throws IOException if there is a file and it can't be read
   */
  public static RememberedPeers load(Path dataFolder) throws IOException {
    return load(dataFolder, PEERS_MAX);
  }

  static RememberedPeers load(Path dataFolder, int peersMax) throws IOException {
    RememberedPeers remembered = new RememberedPeers(dataFolder.resolve(PeersFile.NAME), peersMax);
    try (InputStream in = Files.newInputStream(remembered.file)) {
      String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
      PeersFile.parse(text, peersMax).forEach(peer -> remembered.peers.put(peer.peer(), peer));
    } catch (NoSuchFileException e) {
      return remembered;
    }
    return remembered;
  }

  /**
   * Notes that a peer is connected now.
   *
   * @param addresses where it can be dialed, best first; the first eight are kept; none means that
   *     there is nothing to remember
   */
  public void remember(PeerId peer, List<Multiaddr> addresses, Instant now) {
    if (addresses.isEmpty()) return;
    List<Multiaddr> kept = addresses.stream()
        .map(Multiaddr::withoutPeerId)
        .distinct()
        .limit(PeersFile.ADDRESSES_MAX)
        .toList();
    lock.lock();
    try {
      peers.remove(peer);
      peers.put(peer, new RememberedPeer(peer, kept, now.truncatedTo(ChronoUnit.SECONDS)));
      if (peers.size() > peersMax) peers.remove(peers.keySet().iterator().next());
      changed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a peer, for example because another key now answers at its addresses. */
  public void forget(PeerId peer) {
    lock.lock();
    try {
      if (peers.remove(peer) != null) changed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the file if something has changed. */
  public void save() throws IOException {
    lock.lock();
    try {
      if (!changed) return;
      OwnerOnly.replace(file, PeersFile.format(peers.values()).getBytes(StandardCharsets.UTF_8));
      changed = false;
    } finally {
      lock.unlock();
    }
  }

  /** All peers, most recently seen first. */
  public List<RememberedPeer> peers() {
    lock.lock();
    try {
      List<RememberedPeer> newestFirst = new ArrayList<>(peers.values());
      Collections.reverse(newestFirst);
      return newestFirst;
    } finally {
      lock.unlock();
    }
  }
}
