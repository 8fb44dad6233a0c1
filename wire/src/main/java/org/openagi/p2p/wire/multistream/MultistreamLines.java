package org.openagi.p2p.wire.multistream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Optional;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * Reads and writes the lines of multistream-select: an unsigned varint with the number of bytes that
 * follow, the text in UTF-8, and a newline that the number includes.
 *
 * <p>Stateless.
 */
final class MultistreamLines {
  static final String HEADER = "/multistream/1.0.0";
  static final String NOT_AVAILABLE = "na";
  static final String LIST = "ls";

  /** How much of a refused line an error message quotes, in characters. */
  private static final int QUOTE_CHARS = 64;

  private MultistreamLines() {}

  /**
   * Reads one line.
   *
   * @param in on success its reader index moves behind the line, otherwise it does not move
   * @return the text without its newline, or empty if the line is not complete yet
   * @throws ProtocolViolationException if the line is empty, longer than {@link
   *     MultistreamLimits#MAX_LINE_BYTES}, has no newline at its end, or one inside
   */
  static Optional<String> read(ByteBuf in) throws ProtocolViolationException {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 1) return Optional.empty();
    int length = in.getUnsignedByte(start);
    int prefixBytes = 1;
    if (length >= 0x80) {
      if (available < 2) return Optional.empty();
      int high = in.getUnsignedByte(start + 1);
      if (high == 0 || high >= 0x80) {
        throw violation("multistream: length prefix "
            + ByteBufUtil.hexDump(in, start, 2)
            + " is not minimal or beyond "
            + MultistreamLimits.MAX_LINE_BYTES
            + " bytes");
      }
      length = (length & 0x7f) | high << 7;
      prefixBytes = 2;
    }
    if (length == 0) throw violation("multistream: empty line, not even a newline");
    if (length > MultistreamLimits.MAX_LINE_BYTES) {
      throw violation(
          "multistream: line of " + length + " bytes, limit " + MultistreamLimits.MAX_LINE_BYTES);
    }
    if (available < prefixBytes + length) return Optional.empty();
    return Optional.of(text(in, prefixBytes, length));
  }

  private static String text(ByteBuf in, int prefixBytes, int length)
      throws ProtocolViolationException {
    int from = in.readerIndex() + prefixBytes;
    int newline = in.indexOf(from, from + length, (byte) '\n');
    if (newline != from + length - 1) {
      throw violation("multistream: line "
          + quote(in.toString(from, length, UTF_8))
          + (newline < 0 ? " has no newline at its end" : " has a newline inside"));
    }
    String text = in.toString(from, length - 1, UTF_8);
    in.skipBytes(prefixBytes + length);
    return text;
  }

  /** Appends one line. */
  static void write(String text, ByteBuf out) {
    int length = ByteBufUtil.utf8Bytes(text) + 1;
    writeLength(length, out);
    out.writeCharSequence(text, UTF_8);
    out.writeByte('\n');
  }

  /**
   * Appends the answer to {@code ls}: one message that contains a line per protocol and ends with a
   * newline. Protocols that would make it longer than {@link MultistreamLimits#MAX_LIST_BYTES} are
   * left out.
   */
  static void writeList(Iterable<String> protocols, ByteBuf out) {
    int length = 1;
    int count = 0;
    for (String protocol : protocols) {
      int lineBytes = ByteBufUtil.utf8Bytes(protocol) + 1;
      int next = length + (lineBytes < 0x80 ? 1 : 2) + lineBytes;
      if (next > MultistreamLimits.MAX_LIST_BYTES) break;
      length = next;
      count++;
    }
    writeLength(length, out);
    for (String protocol : protocols) {
      if (count-- == 0) break;
      write(protocol, out);
    }
    out.writeByte('\n');
  }

  private static void writeLength(int length, ByteBuf out) {
    if (length < 0x80) {
      out.writeByte(length);
    } else {
      out.writeByte((length & 0x7f) | 0x80);
      out.writeByte(length >>> 7);
    }
  }

  /** Checks a protocol id of our own. */
  static String requireProtocolId(String protocol) {
    int bytes = ByteBufUtil.utf8Bytes(protocol);
    if (bytes == 0 || bytes > MultistreamLimits.MAX_PROTOCOL_BYTES) {
      throw new IllegalArgumentException("protocol id "
          + quote(protocol)
          + " has "
          + bytes
          + " bytes, allowed are 1.."
          + MultistreamLimits.MAX_PROTOCOL_BYTES);
    }
    if (protocol.indexOf('\n') >= 0
        || protocol.equals(NOT_AVAILABLE)
        || protocol.equals(LIST)
        || protocol.equals(HEADER)) {
      throw new IllegalArgumentException(
          "protocol id " + quote(protocol) + " is reserved or has a newline");
    }
    return protocol;
  }

  /** A peer's text for an error message: shortened, and free of control characters. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder(QUOTE_CHARS + 8).append('"');
    for (int i = 0; i < Math.min(text.length(), QUOTE_CHARS); i++) {
      char c = text.charAt(i);
      quoted.append(c >= 0x20 && c < 0x7f ? c : '?');
    }
    if (text.length() > QUOTE_CHARS) quoted.append("...");
    return quoted.append('"').toString();
  }

  static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
