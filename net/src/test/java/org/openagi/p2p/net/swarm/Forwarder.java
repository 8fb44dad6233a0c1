package org.openagi.p2p.net.swarm;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** A TCP relay between a dialer and a host that can stop passing bytes on, as a dead cable does. */
final class Forwarder implements Closeable {
  private final ServerSocket server;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  Forwarder(Multiaddr target) throws IOException {
    this.server = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
    this.target = target.toTcpSocketAddress().orElseThrow().getPort();
    Thread.ofVirtual().start(this::accept);
  }

  Multiaddr address() {
    return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + server.getLocalPort());
  }

  void setSilent(boolean value) {
    silent = value;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket("127.0.0.1", target);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.addAll(List.of(near, far));
        Thread.ofVirtual().start(() -> pump(near, far));
        Thread.ofVirtual().start(() -> pump(far, near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        while (silent && !server.isClosed()) LockSupport.parkNanos(1_000_000);
        out.write(buffer, 0, n);
      }
    } catch (IOException end) {
      // Either side closed: the other is closed by leaving.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket s : sockets) s.close();
  }
}
