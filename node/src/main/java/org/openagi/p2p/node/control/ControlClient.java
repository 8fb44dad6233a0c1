package org.openagi.p2p.node.control;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.openagi.p2p.api.json.JsonObject;

/** Asks a node that runs. Confined to one thread. */
public final class ControlClient implements AutoCloseable {
  /** Longest reply. */
  static final int MAX_REPLY_BYTES = 1 << 20;

  private final LineChannel lines;

  private ControlClient(LineChannel lines) {
    this.lines = lines;
  }

  /** Connects to the node of a data folder; empty if none answers there. */
  public static Optional<ControlClient> connect(Path folder) throws IOException {
    Path file = folder.resolve(ControlServer.FILE_NAME);
    try {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
      return Optional.of(new ControlClient(new LineChannel(channel, MAX_REPLY_BYTES)));
    } catch (IOException nobodyThere) {
      return Optional.empty();
    }
  }

  /**
   * Makes a request and waits for the end of its answer.
   *
   * @param reply takes the objects of the answer
   * @throws ControlException if the node says that it failed
   */
  public void ask(JsonObject request, Consumer<ControlReply> reply) throws IOException {
    lines.write(request.toString());
    while (true) {
      String line = lines.read();
      if (line == null) throw new EOFException("the node ended before it had answered");
      Map<String, Object> members = ControlRequest.members(line)
          .orElseThrow(() -> new IOException("the node answered something else than JSON"));
      Object event = members.get("event");
      if ("done".equals(event)) return;
      if ("error".equals(event)) {
        throw new ControlException(
            String.valueOf(members.get("message")), Boolean.TRUE.equals(members.get("wrongUsage")));
      }
      reply.accept(new ControlReply(line, members));
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
