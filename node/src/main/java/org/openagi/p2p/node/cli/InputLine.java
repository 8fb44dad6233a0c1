package org.openagi.p2p.node.cli;

/** What a person typed into a running node. */
sealed interface InputLine {
  /**
   * A message.
   *
   * @param peer alias, PeerId or {@code *}
   */
  record Say(String peer, String text) implements InputLine {}

  /** A question to the node itself, like {@code /peers}. */
  record Ask(String word) implements InputLine {}

  /** Nothing. */
  record Blank() implements InputLine {}

  /** Neither. */
  record Unclear(String line) implements InputLine {}

  /**
   * Reads a line: {@code PEER: TEXT} is a message, {@code /WORD} a question. The first colon counts;
   * one blank behind it is not part of the text.
   */
  static InputLine parse(String line) {
    if (line.isBlank()) return new Blank();
    String stripped = line.strip();
    if (stripped.startsWith("/")) return new Ask(stripped.substring(1));
    int colon = line.indexOf(':');
    String peer = colon < 0 ? "" : line.substring(0, colon).strip();
    if (peer.isEmpty() || peer.contains(" ")) return new Unclear(line);
    String text = line.substring(colon + 1);
    return new Say(peer, text.startsWith(" ") ? text.substring(1) : text);
  }
}
