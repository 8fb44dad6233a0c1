package org.openagi.p2p.node.control;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.Map;
import java.util.Optional;

/**
 * What a client asks for. Immutable.
 *
 * @param verb what is to be done, such as {@code queue.ls}
 * @param members of the object, {@code do} among them: strings, numbers, booleans, lists and maps
 */
public record ControlRequest(String verb, Map<String, Object> members) {
  /** The member that names the verb. */
  public static final String VERB = "do";

  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  /**
   * The request in a line.
   *
   * @throws ControlException if it is none
   */
  static ControlRequest parse(String line) throws ControlException {
    Map<String, Object> members =
        members(line).orElseThrow(() -> wrong("a request is one JSON object in one line"));
    if (!(members.get(VERB) instanceof String verb)) {
      throw wrong("a request says in the member '" + VERB + "' what is to be done");
    }
    return new ControlRequest(verb, members);
  }

  /** The members of a JSON object, empty if the line is something else. */
  @SuppressWarnings("unchecked") // a JSON object has string keys
  static Optional<Map<String, Object>> members(String line) {
    try {
      return JSON.fromJson(line) instanceof Map<?, ?> members
          ? Optional.of((Map<String, Object>) members)
          : Optional.empty();
    } catch (JsonException | IndexOutOfBoundsException | ArithmeticException e) {
      // The parser runs over the end of some broken numbers. Told as "no object" by the caller.
      return Optional.empty();
    }
  }

  /** A string member, if it is there. */
  public Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /**
   * A string member.
   *
   * @throws ControlException if it is not there
   */
  public String requireText(String name) throws ControlException {
    return text(name)
        .orElseThrow(() -> wrong("'" + verb + "' needs the member '" + name + "', a string"));
  }

  private static ControlException wrong(String message) {
    return new ControlException(message, true);
  }
}
