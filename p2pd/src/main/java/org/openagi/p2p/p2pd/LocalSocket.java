package org.openagi.p2p.p2pd;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.multiformats.Varint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A blocking socket with length-prefixed messages first and plain bytes afterwards. One thread reads, one writes; any may
 * close it, which ends both.
 */
final class LocalSocket implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalSocket.class);
  private static final int BUFFER_BYTES = 4 << 10;

  private final SocketChannel channel;
  private final boolean isUnix;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES).flip();

  LocalSocket(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.isUnix = !(channel.getRemoteAddress() instanceof InetSocketAddress);
    if (!isUnix) channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  boolean isUnix() {
    return isUnix;
  }

  /** Waits for the first byte of a message; false at the end of the input. */
  boolean awaitMessage() throws IOException {
    return in.hasRemaining() || fill();
  }

  /**
   * Reads a message.
   *
   * @throws EOFException if the input ends inside of it
   * @throws ProtocolViolationException if it is longer than {@code maxBytes}
   */
  Bytes readMessage(int maxBytes) throws IOException, ProtocolViolationException {
    byte[] message = new byte[readLength(maxBytes)];
    for (int done = 0; done < message.length; ) {
      int got = read(message, done);
      if (got < 0) {
        throw new EOFException(
            "message of " + message.length + " bytes cut off after " + done + " bytes");
      }
      done += got;
    }
    return Bytes.wrap(message);
  }

  private int readLength(int maxBytes) throws IOException, ProtocolViolationException {
    long length = 0;
    int last = Varint.sizeOf(maxBytes) - 1;
    for (int at = 0; ; at++) {
      if (!in.hasRemaining() && !fill()) throw new EOFException("length of a message cut off");
      byte next = in.get();
      length |= (long) (next & 0x7f) << (7 * at);
      if (length > maxBytes || (next < 0 && at == last)) {
        throw new ProtocolViolationException(
            Scope.STREAM, "message of more than " + maxBytes + " bytes");
      }
      if (next >= 0) return (int) length;
    }
  }

  /** Reads at least one byte into the array, from {@code offset} on; -1 at the end of the input. */
  int read(byte[] target, int offset) throws IOException {
    int room = target.length - offset;
    if (!in.hasRemaining()) return channel.read(ByteBuffer.wrap(target, offset, room));
    int bytes = Math.min(in.remaining(), room);
    in.get(target, offset, bytes);
    return bytes;
  }

  private boolean fill() throws IOException {
    in.clear();
    int got = channel.read(in);
    in.flip();
    return got > 0;
  }

  /**
   * Ends the output and takes what still comes, because closing a socket with unread input would take back what was written
   * last.
   */
  void endAfter(int mostBytes) throws IOException {
    channel.shutdownOutput();
    byte[] dropped = new byte[BUFFER_BYTES];
    int got = 0;
    for (int left = mostBytes; left > 0 && got >= 0; left -= got) got = read(dropped, 0);
  }

  /** Writes a message with its length in one piece. */
  void writeMessage(Bytes message) throws IOException {
    int prefix = Varint.sizeOf(message.length());
    byte[] framed = new byte[prefix + message.length()];
    Varint.write(message.length(), framed, 0);
    message.copyTo(0, framed, prefix, message.length());
    write(framed, framed.length);
  }

  /** Writes the first bytes of an array; waits while the other side takes nothing. */
  void write(byte[] source, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(source, 0, length);
    while (out.hasRemaining()) channel.write(out);
  }

  /** Ends the output; the input goes on. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Closes it so that a TCP client sees a reset, not an orderly end. */
  void abort() {
    try {
      if (!isUnix) channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("socket closed before it could be reset");
    }
    close();
  }

  /** Repeatable. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("socket not closed in good order");
    }
  }
}
