package org.openagi.p2p.p2pd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * A socket on which clients are awaited.
 *
 * @param address where, with the port that was found
 * @param file the socket's own, if it is a Unix socket
 */
record DaemonListener(Multiaddr address, ServerSocketChannel channel, Optional<Path> file)
    implements AutoCloseable {
  private static final int BACKLOG = 64;

  /**
   * Opens one.
   *
   * @throws IOException with one sentence that names the address
   */
  static DaemonListener open(Multiaddr address) throws IOException {
    try {
      return LocalAddress.isUnix(address) ? openUnix(address) : openTcp(address);
    } catch (IOException | UnsupportedOperationException e) {
      throw new IOException(
          "cannot listen for p2pd clients on " + address + ": " + e.getMessage(), e);
    }
  }

  private static DaemonListener openTcp(Multiaddr address) throws IOException {
    var wanted = LocalAddress.of(address)
        .orElseThrow(() -> new IOException("it is not on the loopback interface"));
    ServerSocketChannel channel = ServerSocketChannel.open(LocalAddress.familyOf(wanted));
    try {
      channel.bind(wanted, BACKLOG);
      var bound = (InetSocketAddress) channel.getLocalAddress();
      return new DaemonListener(Multiaddr.ofTcp(bound), channel, Optional.empty());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The socket is bound where only its owner can come, made its owner's alone, and then moved to its place. */
  private static DaemonListener openUnix(Multiaddr address) throws IOException {
    Path file = LocalAddress.path(address);
    requireFree(file);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      Path hidden = Files.createTempDirectory(file.toAbsolutePath().getParent(), ".p");
      Path fresh = hidden.resolve("s");
      try {
        channel.bind(UnixDomainSocketAddress.of(fresh), BACKLOG);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
        Files.delete(hidden);
      }
      return new DaemonListener(address, channel, Optional.of(file));
    } catch (IOException | UnsupportedOperationException e) {
      channel.close();
      throw e;
    }
  }

  /** A socket that a process which died has left may be replaced, nothing else. */
  private static void requireFree(Path file) throws IOException {
    if (!Files.exists(file)) return;
    if (!Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
      throw new IOException("there is a file that is not a socket");
    }
    boolean answered;
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
      answered = probe.isConnected();
    } catch (IOException nobodyListens) {
      answered = false;
    }
    if (answered) throw new IOException("another process listens there");
  }

  /** Repeatable. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) return;
    channel.close();
    if (file.isPresent()) Files.deleteIfExists(file.get());
  }
}
