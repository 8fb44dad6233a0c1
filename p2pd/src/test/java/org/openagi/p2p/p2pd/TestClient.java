package org.openagi.p2p.p2pd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** A program that drives a node, as a binding of another language would; one thread. */
final class TestClient implements AutoCloseable {
  private final SocketChannel channel;

  TestClient(Multiaddr address) throws IOException {
    this(SocketChannel.open(LocalAddress.of(address).orElseThrow()));
  }

  private TestClient(SocketChannel channel) {
    this.channel = channel;
  }

  /** Asks and reads the answer. */
  Oracle.Fields ask(int type, String field, Object... namesAndValues) throws Exception {
    send(Oracle.request(type, field, namesAndValues));
    return Oracle.response(message());
  }

  void send(Bytes message) throws IOException {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    for (int rest = message.length(); ; rest >>>= 7) {
      framed.write(rest > 0x7f ? rest & 0x7f | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    framed.write(message.toArray());
    raw(framed.toByteArray());
  }

  void raw(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) channel.write(out);
  }

  void say(String text) throws IOException {
    raw(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends without waiting for room; how many bytes were taken until there was none for a while. */
  long flood() throws IOException {
    channel.configureBlocking(false);
    long sent = 0;
    for (int full = 0; full < 300; ) {
      int taken = channel.write(ByteBuffer.allocate(64 << 10));
      sent += taken;
      full = taken > 0 ? 0 : full + 1;
      if (taken == 0) LockSupport.parkNanos(1_000_000);
    }
    channel.configureBlocking(true);
    return sent;
  }

  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** One length-prefixed message and not a byte more. */
  Bytes message() throws Exception {
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int next = bytes(1)[0];
      length |= (next & 0x7f) << shift;
      if (next >= 0) return Bytes.wrap(bytes(length));
    }
  }

  /** Exactly so many bytes; fails if there are fewer. */
  byte[] bytes(int count) throws Exception {
    return within(() -> {
      ByteBuffer in = ByteBuffer.allocate(count);
      while (in.hasRemaining()) {
        if (channel.read(in) < 0) throw new IOException("ended after " + in.position());
      }
      return in.array();
    });
  }

  /** All there is until the end. */
  String rest() throws Exception {
    return within(() -> {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer in = ByteBuffer.allocate(4096);
      while (channel.read(in) >= 0) {
        all.write(in.array(), 0, in.position());
        in.clear();
      }
      return all.toString(StandardCharsets.UTF_8);
    });
  }

  /** No read of a test waits for ever. */
  private static <T> T within(Callable<T> read) throws Exception {
    try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<T> result = thread.submit(read);
      try {
        return result.get(30, TimeUnit.SECONDS);
      } finally {
        result.cancel(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Where a program waits for streams of protocols that it serves. */
  static final class Callbacks implements AutoCloseable {
    private final ServerSocketChannel server;
    final Multiaddr address;

    Callbacks(Path file) throws IOException {
      this(Multiaddr.parse("/unix" + file));
    }

    Callbacks(Multiaddr wanted) throws IOException {
      SocketAddress where = LocalAddress.of(wanted).orElseThrow();
      server = ServerSocketChannel.open(LocalAddress.familyOf(where));
      server.bind(where);
      address = LocalAddress.isUnix(wanted)
          ? wanted
          : Multiaddr.ofTcp((InetSocketAddress) server.getLocalAddress());
    }

    TestClient accept() throws Exception {
      return within(() -> new TestClient(server.accept()));
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
