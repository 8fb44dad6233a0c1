package org.openagi.p2p.core.multiaddr;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * One step of a multiaddr.
 *
 * @param protocol what it is
 * @param value its value in binary, empty if the protocol has none
 */
public record Component(AddressProtocol protocol, Bytes value) {
  /**
   * Checks that the value is one of the protocol.
   *
   * @throws IllegalArgumentException if it is not
   */
  public Component {
    int fixedBytes = protocol.form().fixedBytes();
    if (fixedBytes != ValueForm.VARIABLE && value.length() != fixedBytes) {
      throw new InvalidAddressException(
          protocol.text() + " value of " + value.length() + " bytes, expected " + fixedBytes);
    }
    try {
      protocol.form().toText(value);
    } catch (IllegalArgumentException e) {
      throw new InvalidAddressException(protocol.text() + ": " + e.getMessage());
    }
  }

  /** Returns the value as text, without the slash in front of it; empty if the protocol has none. */
  public String valueText() {
    return protocol.form().toText(value);
  }

  /** Returns the value as a port number; only for {@code tcp} and {@code udp}. */
  int port() {
    return ((value.get(0) & 0xff) << 8) | (value.get(1) & 0xff);
  }

  boolean hasVariableLength() {
    return protocol.form().fixedBytes() == ValueForm.VARIABLE;
  }

  int encodedBytes() {
    int lengthBytes = hasVariableLength() ? Varint.sizeOf(value.length()) : 0;
    return Varint.sizeOf(protocol.code()) + lengthBytes + value.length();
  }

  /** Returns the text form, slashes included. */
  @Override
  public String toString() {
    if (!protocol.hasValue()) return "/" + protocol.text();
    String text = valueText();
    // a path brings its own slash
    return "/" + protocol.text() + (protocol == AddressProtocol.UNIX ? text : "/" + text);
  }
}
