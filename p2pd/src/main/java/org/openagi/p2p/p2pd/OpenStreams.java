package org.openagi.p2p.p2pd;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.stream.P2PStream;

/** The streams that clients have open. Their number is bounded by the {@link Ledger}. Safe for any thread. */
final class OpenStreams {
  private final Host host;
  private final Watchdog watchdog;
  private final Ledger ledger;
  private final DaemonLimits limits;
  private final Set<StreamPipe> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  OpenStreams(Host host, Watchdog watchdog, Ledger ledger, DaemonLimits limits) {
    this.host = host;
    this.watchdog = watchdog;
    this.ledger = ledger;
    this.limits = limits;
  }

  Watchdog watchdog() {
    return watchdog;
  }

  /** Where the peer of a stream is; the empty path if the connection is gone by now. */
  Multiaddr addressOf(P2PStream stream) {
    return host.connections(stream.remotePeer()).stream()
        .filter(connection -> connection.id() == stream.connectionId())
        .map(Connection::remoteAddress)
        .findFirst()
        .orElseGet(() -> Multiaddr.of(List.of()));
  }

  /** Moves bytes between both until they have ended, on this thread and another one. */
  void pipe(LocalSocket socket, P2PStream stream) throws InterruptedException {
    StreamPipe pipe = new StreamPipe(
        socket, stream, watchdog, () -> ledger.count(Refusal.TOO_SLOW), limits.idle());
    open.add(pipe);
    if (closed) pipe.abort();
    try {
      pipe.run();
    } finally {
      open.remove(pipe);
    }
  }

  /** Resets all, and those that come. */
  void close() {
    closed = true;
    open.forEach(StreamPipe::abort);
  }
}
