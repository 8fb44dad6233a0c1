package org.openagi.p2p.node.control;

import java.util.Map;
import java.util.Optional;

/**
 * One object of an answer. Immutable.
 *
 * @param line as it came
 * @param members as parsed: strings, numbers, booleans, lists and maps
 */
public record ControlReply(String line, Map<String, Object> members) {
  /** A string member, if it is there. */
  public Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
