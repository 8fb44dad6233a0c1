package org.openagi.p2p.net.swarm;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.HostStats;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.RawStreamHandler;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.protocols.peers.PeerTable;

/** The host on top of the swarm. Safe for any thread. */
public final class SwarmHost implements Host {
  private final PeerId self;
  private final PeerTable peers;

  /** Creates a host that does nothing before its start. */
  public SwarmHost(HostConfig config, HostKey key) {
    this.self = key.peerId();
    this.peers = new PeerTable(TimeSource.system(), config.maxKnownPeers());
  }

  @Override
  public CompletionStage<List<Multiaddr>> start() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> stop(Duration grace) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public PeerId peerId() {
    return self;
  }

  @Override
  public List<Multiaddr> listenAddresses() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void handle(String protocolId, Consumer<P2PStream> handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void handleRaw(String protocolId, RawStreamHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unhandle(String protocolId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Connection> connect(PeerId peer, List<Multiaddr> addresses) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Connection> connect(Multiaddr address) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<P2PStream> newStream(PeerId peer, String... protocolIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<RawStream> newRawStream(Connection connection, String... protocolIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Connection> connections() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Connection> connections(PeerId peer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PeerTable peers() {
    return peers;
  }

  @Override
  public void protect(PeerId peer, String tag) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unprotect(PeerId peer, String tag) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean keepConnected(PeerId peer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void releaseConnected(PeerId peer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addListener(HostListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeListener(HostListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public HostStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Duration> ping(PeerId peer) {
    throw new UnsupportedOperationException();
  }
}
