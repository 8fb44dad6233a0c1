package org.openagi.p2p.node.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket {@value #FILE_NAME} in a node's data folder. Whoever opens it must hold the folder's lock. Safe for any
 * thread.
 *
 * @see "docs/control.md"
 */
public final class ControlServer implements AutoCloseable {
  /** The socket's name in the data folder. */
  public static final String FILE_NAME = "control.sock";

  /** Longest request. */
  public static final int MAX_REQUEST_BYTES = 64 << 10;

  /** Clients at a time. */
  public static final int MAX_CLIENTS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final Path file;
  private final ServerSocketChannel server;
  private final ControlService service;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;

  private ControlServer(Path file, ServerSocketChannel server, ControlService service) {
    this.file = file;
    this.server = server;
    this.service = service;
    this.acceptor = Thread.ofVirtual().name("p2p-control").unstarted(this::accept);
  }

  /**
   * Opens the socket in place of one that a process which died has left.
   *
   * @throws IOException with one sentence, for example if the folder's path is too long for a socket
   */
  public static ControlServer open(Path folder, ControlService service) throws IOException {
    Path file = folder.resolve(FILE_NAME);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      bind(server, folder, file);
    } catch (IOException | UnsupportedOperationException e) {
      server.close();
      throw new IOException("no control socket " + file + ": " + e.getMessage(), e);
    }
    ControlServer made = new ControlServer(file, server, service);
    made.acceptor.start();
    return made;
  }

  /** The socket is bound where only its owner can come, made its owner's alone, and then moved to its place. */
  private static void bind(ServerSocketChannel server, Path folder, Path file) throws IOException {
    Path hidden = Files.createTempDirectory(folder, ".c");
    try {
      Path fresh = hidden.resolve("s");
      server.bind(UnixDomainSocketAddress.of(fresh), MAX_CLIENTS);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(hidden.resolve("s"));
      Files.delete(hidden);
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        if (clients.size() >= MAX_CLIENTS) refuse(client);
        else start(client);
      }
    } catch (ClosedChannelException closed) {
      LOG.atTrace().log("control socket closed");
    } catch (IOException e) {
      LOG.atWarn().setCause(e).addKeyValue("file", file).log("control socket failed");
    }
  }

  private void start(SocketChannel client) {
    clients.add(client);
    Thread.ofVirtual().name("p2p-control-client").start(() -> {
      try (LineChannel lines = new LineChannel(client, MAX_REQUEST_BYTES)) {
        serve(lines);
      } catch (IOException e) {
        LOG.atDebug().setCause(e).log("control client gone");
      } finally {
        clients.remove(client);
      }
    });
  }

  private static void refuse(SocketChannel client) throws IOException {
    try (LineChannel lines = new LineChannel(client, MAX_REQUEST_BYTES)) {
      lines.write(error("the node serves " + MAX_CLIENTS + " commands already", false));
    }
  }

  private void serve(LineChannel lines) throws IOException {
    String line;
    while ((line = nextLine(lines)) != null) {
      lines.write(outcome(line, lines));
    }
  }

  private static @Nullable String nextLine(LineChannel lines) throws IOException {
    try {
      return lines.read();
    } catch (ControlException tooLong) {
      lines.write(error(String.valueOf(tooLong.getMessage()), true));
      return null;
    }
  }

  /** Answers a request and returns the line that ends the answer. */
  private String outcome(String line, LineChannel lines) throws IOException {
    try {
      service.serve(ControlRequest.parse(line), object -> {
        try {
          lines.write(object.toString());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      return new JsonObject().put("event", "done").toString();
    } catch (ControlException e) {
      return error(String.valueOf(e.getMessage()), e.isWrongUsage());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (Exception e) {
      if (!(e instanceof IOException)) LOG.atWarn().setCause(e).log("control request failed");
      return error(e.getMessage() == null ? e.toString() : e.getMessage(), false);
    }
  }

  private static String error(String message, boolean wrongUsage) {
    return new JsonObject()
        .put("event", "error")
        .put("message", message)
        .put("wrongUsage", wrongUsage)
        .toString();
  }

  /** Takes no more requests, ends those that are served, and removes the socket. */
  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel client : clients) client.close();
    Files.deleteIfExists(file);
  }
}
