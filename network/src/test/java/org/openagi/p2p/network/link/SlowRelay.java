package org.openagi.p2p.network.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Passes connections on to a port of this machine: at a rate, or not at all. */
final class SlowRelay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong nanosPerByte = new AtomicLong();
  private volatile boolean stopped;

  SlowRelay(Multiaddr to) throws IOException {
    target = to.withoutPeerId().toTcpSocketAddress().orElseThrow().getPort();
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  Multiaddr address() {
    return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + server.getLocalPort());
  }

  /** Towards the target. */
  void slowTo(long bytesPerSecond) {
    nanosPerByte.set(1_000_000_000L / bytesPerSecond);
  }

  /** Nothing passes any more, and nobody is told. */
  void stop() {
    stopped = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket from = server.accept();
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
        to.setSendBufferSize(64 << 10);
        from.setReceiveBufferSize(64 << 10);
        sockets.add(from);
        sockets.add(to);
        Thread.ofVirtual().start(() -> pass(from, to, true));
        Thread.ofVirtual().start(() -> pass(to, from, false));
      }
    } catch (IOException closed) {
      cut();
    }
  }

  private void pass(Socket from, Socket to, boolean slowly) {
    byte[] buffer = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int length;
      while ((length = in.read(buffer)) >= 0) {
        if (slowly) LockSupport.parkNanos(length * nanosPerByte.get());
        if (stopped) return;
        out.write(buffer, 0, length);
      }
      to.shutdownOutput();
    } catch (IOException over) {
      cut();
    }
  }

  /** Both sides learn that their connections are gone. */
  void cut() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
