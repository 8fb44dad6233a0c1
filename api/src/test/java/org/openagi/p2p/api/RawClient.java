package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client of the WebSocket on a bare socket, which keeps nothing of what it is told. */
final class RawClient implements AutoCloseable {
  static final int TEXT = 1;
  private static final int CLOSE = 8;
  static final int PING = 9;

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

  /** Says a text. */
  void say(String text) throws IOException {
    send(TEXT, text.getBytes(StandardCharsets.US_ASCII), 1);
  }

  /** Sends pings, many at once; reads no answer. */
  void ping(int times) throws IOException {
    send(PING, new byte[125], times);
  }

  /** A frame, masked by zeros, several times. */
  void send(int opcode, byte[] payload, int times) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream frames = new DataOutputStream(bytes);
    for (int i = 0; i < times; i++) {
      frames.writeByte(0x80 | opcode);
      if (payload.length < 126) {
        frames.writeByte(0x80 | payload.length);
      } else {
        frames.writeByte(0x80 | 127);
        frames.writeLong(payload.length);
      }
      frames.writeInt(0);
      frames.write(payload);
    }
    bytes.writeTo(socket.getOutputStream());
  }

  /** The head of a text of so many bytes, of which none follows. */
  void announce(long length) throws IOException {
    DataOutputStream frame = new DataOutputStream(socket.getOutputStream());
    frame.writeByte(0x80 | TEXT);
    frame.writeByte(0x80 | 127);
    frame.writeLong(length);
    frame.writeInt(0);
  }

  /** Reads up to the end of the connection, and returns the status with which it was closed, or -1. */
  int closeStatus() throws IOException {
    socket.setSoTimeout(40_000);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (int head = in.read(); head >= 0; head = in.read()) {
      long length = length(in);
      if ((head & 0xF) == CLOSE) return in.readUnsignedShort();
      in.skipNBytes(length);
    }
    return -1;
  }

  /** From now on counts the texts that it is told, in a thread of its own. */
  RawClient counting() {
    Thread.ofVirtual().start(this::count);
    return this;
  }

  private void count() {
    try (var in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16))) {
      for (int head = in.read(); head >= 0; head = in.read()) {
        in.skipNBytes(length(in));
        if ((head & 0xF) == TEXT) texts++;
      }
    } catch (IOException e) {
      // Closed, also by the test; who counts too few is found by that.
    }
  }

  private static long length(DataInputStream in) throws IOException {
    int length = in.readUnsignedByte();
    return length < 126 ? length : length == 126 ? in.readUnsignedShort() : in.readLong();
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
