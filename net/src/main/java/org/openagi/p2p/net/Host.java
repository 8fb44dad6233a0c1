package org.openagi.p2p.net;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.net.swarm.SwarmHost;
import org.openagi.p2p.protocols.dialing.ConnectionSelector;
import org.openagi.p2p.protocols.peers.PeerTable;

/**
 * The local libp2p node: listens, dials, keeps connections and gives out streams. Safe for any
 * thread. Futures complete on the host's {@code net-control} thread or on an event loop: continue on
 * an executor of your own before blocking.
 */
public interface Host extends AutoCloseable {
  /** Makes a host that does nothing before {@link #start}. */
  static Host create(HostConfig config, HostKey key) {
    return new SwarmHost(config, key);
  }

  /**
   * Starts listening. Completes with {@link #listenAddresses}; fails with an {@link
   * java.io.IOException} that names the address, after which the host is stopped.
   */
  CompletionStage<List<Multiaddr>> start();

  /**
   * Stops: no new connections, go-away to every peer, pending writes get at most {@code grace}, then
   * everything is closed. Completes when all threads of the host are done; never fails.
   */
  CompletionStage<Void> stop(Duration grace);

  /** Stops with a grace of one second and waits. */
  @Override
  void close();

  /** Who we are. */
  PeerId peerId();

  /**
   * Addresses we listen on: resolved ports, {@code 0.0.0.0} and {@code ::} expanded to the addresses
   * of the interfaces, each ending in {@code /p2p/…}. Empty before the start.
   */
  List<Multiaddr> listenAddresses();

  /**
   * Serves a protocol with blocking code: every inbound stream gets a virtual thread. The stream is
   * closed when the handler returns and reset when it throws.
   *
   * @throws IllegalStateException if the protocol has a handler
   */
  void handle(String protocolId, Consumer<P2PStream> handler);

  /**
   * Serves a protocol on the event loop.
   *
   * @throws IllegalStateException if the protocol has a handler
   */
  void handleRaw(String protocolId, RawStreamHandler handler);

  /** Stops serving a protocol; open streams go on. */
  void unhandle(String protocolId);

  /**
   * Connects to a peer, or returns the connection there is. Concurrent calls share one dial. {@code
   * addresses} are tried in addition to those of the peer table, even if they are in back-off.
   * Fails with {@link DialException}.
   */
  CompletionStage<Connection> connect(PeerId peer, List<Multiaddr> addresses);

  /**
   * Connects to an address. With {@code /p2p/…} the peer there must be that one; without, whoever
   * answers is accepted. Fails with {@link DialException}.
   */
  CompletionStage<Connection> connect(Multiaddr address);

  /**
   * Opens a stream for blocking code, connecting first if necessary. The first of {@code
   * protocolIds} that the peer speaks is used; one it is known to speak is proposed with the first
   * write or read. Fails with {@link DialException} or {@link StreamException}.
   */
  CompletionStage<P2PStream> newStream(PeerId peer, String... protocolIds);

  /**
   * Opens a stream for event-loop code. Completes on {@link Connection#executor()}, and direct
   * continuations run there as well, whenever they are attached. What the peer sends waits for the
   * stream's listener. Fails with {@link StreamException}.
   */
  CompletionStage<RawStream> newRawStream(Connection connection, String... protocolIds);

  /**
   * Opens a stream for event-loop code. The first of {@code protocolIds} that the peer speaks is
   * used; one it is known to speak is not waited for, so that its first bytes share a packet with
   * the proposal. May be called on any thread; on the connection's event loop, the outcome may be
   * told before this returns.
   */
  void openRawStream(Connection connection, List<String> protocolIds, RawStreamOpening outcome);

  /** All connections. */
  List<Connection> connections();

  /** Connections to one peer, the preferred one first. */
  List<Connection> connections(PeerId peer);

  /** What is known of other peers. */
  PeerTable peers();

  /**
   * Exempts a peer's connections from trimming and idle reaping for as long as the tag is held. With
   * {@link #keepConnected} it is dialed again as well.
   */
  void protect(PeerId peer, String tag);

  /** Releases a tag of {@link #protect(PeerId, String)}. */
  void unprotect(PeerId peer, String tag);

  /**
   * Sets who goes first when there are more connections than the high watermark: see {@link
   * org.openagi.p2p.protocols.dialing.ConnectionSelector#trim}. Asked on {@code net-control}.
   */
  void setStanding(ConnectionSelector.PeerStanding standing);

  /**
   * Refuses new connections of a peer, in both directions, with the cause {@link RefusalCause#GATED}, or no longer. Open
   * ones stay. At most {@value org.openagi.p2p.net.limits.ConnectionLimiter#MAX_REFUSED_PEERS} peers: the oldest give way.
   */
  void setRefused(PeerId peer, boolean refused);

  /**
   * Keeps a connection to the peer: dials it now and, with back-off, whenever the last connection
   * was lost, until {@link #releaseConnected}. At most {@link HostConfig#maxKeptPeers} peers;
   * returns false beyond that.
   */
  boolean keepConnected(PeerId peer);

  /** Ends {@link #keepConnected}; open connections stay. */
  void releaseConnected(PeerId peer);

  /** Registers a listener; it hears what happens from now on. */
  void addListener(HostListener listener);

  /** Removes a listener. */
  void removeListener(HostListener listener);

  /** A snapshot of counters. */
  HostStats stats();

  /** Measures one round trip to a connected peer; fails with {@link StreamException}. */
  CompletionStage<Duration> ping(PeerId peer);
}
