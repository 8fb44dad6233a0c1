package org.openagi.p2p.network.node;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * Both roles of the exchange over a pair of byte streams. Blocks; the streams' owner sets a
 * deadline. Three messages, each after an unsigned varint with its length:
 *
 * <pre>
 * dialer   → listener  record
 * listener → dialer    record, verdict
 * dialer   → listener  verdict
 * </pre>
 *
 * @see "docs/wire/node-exchange.md"
 */
final class NodeExchange {
  private final InputStream in;
  private final OutputStream out;

  /**
   * Outcome of an exchange.
   *
   * @param ours what we said of the peer's record
   * @param theirs what the peer said of ours
   */
  record Outcome(Judgement ours, Judgement theirs) {
    boolean keepsConnection() {
      return ours.verdict().keepsConnection() && theirs.verdict().keepsConnection();
    }
  }

  NodeExchange(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /**
   * The role of the side that dialed the connection.
   *
   * @param judge called once with the peer's record in its envelope, nothing of it checked yet
   */
  Outcome asDialer(Bytes ownRecord, Function<Bytes, Judgement> judge)
      throws IOException, ProtocolViolationException {
    write(new NodeMessage(Optional.of(ownRecord), Optional.empty()));
    NodeMessage answer = read();
    Judgement theirs = required(answer.judgement(), "verdict");
    Judgement ours = judge.apply(required(answer.record(), "record"));
    write(new NodeMessage(Optional.empty(), Optional.of(ours)));
    return new Outcome(ours, theirs);
  }

  /** The role of the side that was dialed. */
  Outcome asListener(Bytes ownRecord, Function<Bytes, Judgement> judge)
      throws IOException, ProtocolViolationException {
    Judgement ours = judge.apply(required(read().record(), "record"));
    write(new NodeMessage(Optional.of(ownRecord), Optional.of(ours)));
    return new Outcome(ours, required(read().judgement(), "verdict"));
  }

  private void write(NodeMessage message) throws IOException {
    Bytes body = message.encode();
    byte[] framed = new byte[Varint.sizeOf(body.length()) + body.length()];
    int offset = Varint.write(body.length(), framed, 0);
    body.copyTo(0, framed, offset, body.length());
    out.write(framed);
    out.flush();
  }

  private NodeMessage read() throws IOException, ProtocolViolationException {
    int length = readLength();
    byte[] body = in.readNBytes(length);
    if (body.length < length)
      throw new EOFException("node exchange: ended after " + body.length + " of " + length);
    return NodeMessage.decode(Bytes.wrap(body));
  }

  /** The limit needs two bytes of varint; a third is already too much. */
  private int readLength() throws IOException, ProtocolViolationException {
    byte[] prefix = new byte[2];
    int size = 0;
    do {
      int next = in.read();
      if (next < 0) throw new EOFException("node exchange: the peer ended it");
      prefix[size++] = (byte) next;
    } while (prefix[size - 1] < 0 && size < prefix.length);
    if (prefix[size - 1] < 0) throw tooLong("more");
    long length = Varint.read(ByteBuffer.wrap(prefix, 0, size));
    if (length > NodeMessage.BYTES_MAX) throw tooLong(String.valueOf(length));
    return (int) length;
  }

  private static ProtocolViolationException tooLong(String length) {
    return new ProtocolViolationException(
        Scope.CONNECTION,
        "node exchange: message of " + length + " bytes, at most " + NodeMessage.BYTES_MAX);
  }

  private static <T> T required(Optional<T> field, String what) throws ProtocolViolationException {
    if (field.isPresent()) return field.get();
    throw new ProtocolViolationException(Scope.CONNECTION, "node exchange: no " + what);
  }
}
