package org.openagi.p2p.node.control;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of UTF-8 on a socket, of bounded length. Confined to one thread. */
final class LineChannel implements AutoCloseable {
  private final SocketChannel channel;
  private final int maxBytes;
  private final ByteBuffer in = ByteBuffer.allocate(8 << 10).flip();

  LineChannel(SocketChannel channel, int maxBytes) {
    this.channel = channel;
    this.maxBytes = maxBytes;
  }

  /**
   * The next line without its end, null at the end of the stream.
   *
   * @throws ControlException if it is too long
   * @throws EOFException if the stream ends inside of it
   */
  @Nullable
  String read() throws IOException {
    byte[] line = new byte[256];
    int length = 0;
    while (true) {
      if (!in.hasRemaining() && !fill()) {
        if (length == 0) return null;
        throw new EOFException("the last line is cut off");
      }
      byte next = in.get();
      if (next == '\n') return new String(line, 0, length, StandardCharsets.UTF_8);
      if (length == maxBytes) {
        throw new ControlException("a line has at most " + maxBytes + " bytes", true);
      }
      if (length == line.length) line = Arrays.copyOf(line, Math.min(maxBytes, 2 * length));
      line[length++] = next;
    }
  }

  private boolean fill() throws IOException {
    in.clear();
    int got = channel.read(in);
    in.flip();
    return got > 0;
  }

  void write(String line) throws IOException {
    ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (out.hasRemaining()) channel.write(out);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
