package org.openagi.p2p.net.service;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.RawStreamHandler;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.openagi.p2p.protocols.peers.PeerTable;

/** What the built-in services need of the host. Safe for any thread unless a method says otherwise. */
public interface ServiceHost {
  /** Hears how the opening of a stream ended; exactly one method is called, once. */
  interface Opening {
    /** Open; called on the event loop, a listener must be set before it returns. */
    void onOpened(MuxedStream stream);

    /** Failed. */
    void onFailed(StreamException cause);
  }

  /** Configuration of the host. */
  HostConfig config();

  /** Identity of the host. */
  HostKey key();

  /** The clock. */
  TimeSource time();

  /** The thread that owns the swarm. */
  EventExecutor control();

  /** What is known of peers. */
  PeerTable peers();

  /** Established connections. */
  List<? extends Connection> connections();

  /** Addresses to tell other peers, without {@code /p2p}. */
  List<Multiaddr> announcedAddresses();

  /** Protocols served, sorted. */
  List<String> protocols();

  /** Serves a protocol on the event loop. */
  void handleRaw(String protocolId, RawStreamHandler handler);

  /**
   * Opens a stream without waiting for the peer's consent to the protocol. To be called on the
   * connection's event loop.
   */
  void openAhead(Connection connection, String protocolId, Opening opening);

  /** The peer showed a sign of life on a connection. To be called on its event loop. */
  void onSignOfLife(Connection connection);

  /** A peer described itself; {@code message} is verified. */
  void onIdentified(Connection connection, IdentifyMessage message);

  /** A round-trip time was measured. To be called on the connection's event loop. */
  void onRtt(Connection connection, long nanos);
}
