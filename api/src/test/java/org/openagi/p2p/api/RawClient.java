package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client of the WebSocket on a bare socket, which keeps nothing of what it is told. */
final class RawClient implements AutoCloseable {
  private static final int TEXT = 1;

  private final Socket socket = new Socket();
  private volatile long texts;

  /** Connects, and reads nothing more than that it may. */
  RawClient(ApiNode node) throws IOException {
    this(node, 1 << 18);
  }

  private RawClient(ApiNode node, int receiveBuffer) throws IOException {
    socket.setReceiveBufferSize(receiveBuffer);
    int port = URI.create(node.server.url()).getPort();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    String upgrade = "GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + node.token()
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    socket.getOutputStream().write(upgrade.getBytes(StandardCharsets.US_ASCII));
    String answer = "";
    while (!answer.endsWith("\r\n\r\n"))
      answer += (char) socket.getInputStream().read();
    assertEquals("HTTP/1.1 101", answer.substring(0, 12));
  }

  /** One that will not read, nor have the operating system take much for it. */
  static RawClient stalled(ApiNode node) throws IOException {
    return new RawClient(node, 4096);
  }

  /** Says a short text, masked by zeros. */
  void say(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    byte[] frame = new byte[bytes.length + 6];
    frame[0] = (byte) (0x80 | TEXT);
    frame[1] = (byte) (0x80 | bytes.length);
    System.arraycopy(bytes, 0, frame, 6, bytes.length);
    socket.getOutputStream().write(frame);
  }

  /** From now on counts the texts that it is told, in a thread of its own. */
  RawClient counting() {
    Thread.ofVirtual().start(this::count);
    return this;
  }

  private void count() {
    try (var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16))) {
      for (int head = in.read(); head >= 0; head = in.read()) {
        long length = in.readUnsignedByte();
        if (length == 126) length = in.readUnsignedShort();
        else if (length == 127) length = in.readLong();
        in.skipNBytes(length);
        if ((head & 0xF) == TEXT) texts++;
      }
    } catch (IOException e) {
      // Closed, also by the test; who counts too few is found by that.
    }
  }

  long texts() {
    return texts;
  }

  /** Goes without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
