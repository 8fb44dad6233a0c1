package org.openagi.p2p.core.multiaddr;

import java.util.ArrayList;
import java.util.List;

/** Reads the text form, once. */
final class MultiaddrText {
  private final String text;
  private int at; // index of the slash in front of the next part

  MultiaddrText(String text) {
    this.text = text;
  }

  Multiaddr parse() {
    if (text.isEmpty() || text.charAt(0) != '/') {
      throw problem("does not begin with '/'");
    }
    List<Component> components = new ArrayList<>(4);
    while (at < text.length() && !isTrailingSlash()) {
      if (components.size() == Multiaddr.MAX_COMPONENTS) {
        throw problem("has more than " + Multiaddr.MAX_COMPONENTS + " components");
      }
      components.add(component());
    }
    if (components.isEmpty()) throw problem("has no components");
    return Multiaddr.of(components);
  }

  private boolean isTrailingSlash() {
    return at == text.length() - 1;
  }

  private Component component() {
    String name = nextPart();
    AddressProtocol protocol = AddressProtocol.ofText(name)
        .orElseThrow(() -> problem("names unknown protocol '" + Excerpt.of(name) + "'"));
    try {
      return new Component(protocol, protocol.form().toBytes(value(protocol)));
    } catch (IllegalArgumentException e) {
      throw problem("has a bad value for " + protocol.text() + ": " + e.getMessage());
    }
  }

  private String value(AddressProtocol protocol) {
    if (!protocol.hasValue()) return "";
    if (at >= text.length()) throw new InvalidAddressException("value is missing");
    if (protocol != AddressProtocol.UNIX) return nextPart();
    String path = text.substring(at); // a path is all the rest, its slash included
    at = text.length();
    return path;
  }

  private String nextPart() {
    int end = text.indexOf('/', at + 1);
    if (end < 0) end = text.length();
    String part = text.substring(at + 1, end);
    at = end;
    return part;
  }

  private InvalidAddressException problem(String what) {
    return new InvalidAddressException("multiaddr '" + Excerpt.of(text) + "' " + what);
  }
}
