package org.openagi.p2p.p2pd;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the control protocol of go-libp2p-daemon to programs of this machine: each connection has a virtual thread, a
 * stream two. The protocol knows no authentication: a Unix socket is for its owner alone, a TCP port for every program of
 * this machine. Safe for any thread.
 *
 * @see "docs/p2pd.md"
 */
public final class DaemonServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonServer.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final Host host;
  private final DaemonLimits limits;
  private final Ledger ledger;
  private final Watchdog watchdog = new Watchdog();
  private final HostView view;
  private final OpenStreams streams;
  private final ClientProtocols protocols;
  private final List<DaemonListener> listeners = new ArrayList<>();
  private final Set<LocalSocket> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private DaemonServer(Host host, DaemonLimits limits) {
    this.host = host;
    this.limits = limits;
    this.ledger = new Ledger(limits);
    this.view = new HostView(host, limits.tags());
    this.streams = new OpenStreams(host, watchdog, ledger, limits);
    this.protocols = new ClientProtocols(host, streams, ledger, limits);
  }

  /** {@link #open(Host, List, DaemonLimits)} with the default limits. */
  public static DaemonServer open(Host host, List<Multiaddr> addresses) throws IOException {
    return open(host, addresses, DaemonLimits.DEFAULT);
  }

  /**
   * Begins to serve.
   *
   * @param host that runs; must not be stopped before this is closed
   * @param addresses each {@code /unix/PATH}, or {@code /ip4/127.0.0.1/tcp/PORT} or the like on the loopback interface, where
   *     port 0 picks a free one. A socket left by a process that died is replaced
   * @throws IOException with one sentence that names the address, if one cannot be listened on; then none is
   */
  public static DaemonServer open(Host host, List<Multiaddr> addresses, DaemonLimits limits)
      throws IOException {
    DaemonServer server = new DaemonServer(host, limits);
    try {
      for (Multiaddr address : addresses) server.listeners.add(DaemonListener.open(address));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    for (DaemonListener listener : server.listeners) {
      Thread.ofVirtual().name("p2pd-accept").start(() -> server.accept(listener));
    }
    return server;
  }

  /** Where clients are awaited, with the ports that were found. */
  public List<Multiaddr> addresses() {
    return listeners.stream().map(DaemonListener::address).toList();
  }

  /** A snapshot of counters. */
  public DaemonStats stats() {
    return ledger.snapshot(protocols.size());
  }

  /** Goes on after a failure that passes, such as a process with too many open files. */
  private void accept(DaemonListener listener) {
    while (listener.channel().isOpen()) {
      try {
        start(listener.channel().accept());
      } catch (ClosedChannelException ended) {
        LOG.atTrace().addKeyValue("address", listener.address()).log("no more p2pd clients");
      } catch (IOException e) {
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("address", listener.address())
            .log("a p2pd client was not accepted");
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
      }
    }
  }

  private void start(SocketChannel channel) throws IOException {
    LocalSocket socket;
    try {
      socket = new LocalSocket(channel);
    } catch (IOException gone) {
      channel.close();
      return;
    }
    boolean taken = ledger.takeClient();
    clients.add(socket);
    if (closed) socket.close();
    Thread.ofVirtual().name("p2pd-client").start(() -> {
      try {
        if (taken) serve(socket);
        else refuse(socket);
      } finally {
        clients.remove(socket);
        socket.close();
      }
    });
  }

  /** The few bytes fit into the buffers of a new socket: this does not wait. */
  private void refuse(LocalSocket socket) {
    ledger.count(Refusal.TOO_MANY_CLIENTS);
    try {
      socket.writeMessage(
          Responses.error("the node serves " + limits.clients() + " clients already"));
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("p2pd client gone");
    }
  }

  private void serve(LocalSocket socket) {
    P2PStream stream = answer(socket);
    if (stream == null) return;
    try {
      streams.pipe(socket, stream);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ledger.releaseStream();
    }
  }

  private @Nullable P2PStream answer(LocalSocket socket) {
    Runnable late = () -> {
      ledger.count(Refusal.TOO_SLOW);
      socket.close();
    };
    try (Watchdog.Watch watch = watchdog.watch(late)) {
      return new Client(socket, host, view, protocols, streams, ledger, limits).serve(watch);
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("p2pd client gone");
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      ledger.releaseClient();
    }
  }

  /** Takes no more clients, ends those there are and their streams, and serves their protocols no more. Repeatable. */
  @Override
  public void close() throws IOException {
    closed = true;
    IOException failure = null;
    for (DaemonListener listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    protocols.close();
    view.releaseTags();
    streams.close();
    clients.forEach(LocalSocket::close);
    watchdog.close();
    if (failure != null) throw failure;
  }
}
