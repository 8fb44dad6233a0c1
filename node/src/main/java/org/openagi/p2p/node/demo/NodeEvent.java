package org.openagi.p2p.node.demo;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line that a node printed. Immutable.
 *
 * @param members as parsed: strings, numbers, booleans, lists and maps
 * @param atNanos when this process read it, by {@link System#nanoTime}
 */
record NodeEvent(Map<String, Object> members, long atNanos) {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  /** The event in a line, or null if the line is no JSON object. */
  @SuppressWarnings("unchecked") // a JSON object has string keys
  static @Nullable NodeEvent parse(String line, long atNanos) {
    try {
      return JSON.fromJson(line) instanceof Map<?, ?> members
          ? new NodeEvent((Map<String, Object>) members, atNanos)
          : null;
    } catch (JsonException e) {
      return null; // something else than the node wrote it
    }
  }

  boolean is(String event) {
    return event.equals(members.get("event"));
  }

  /** A string member, empty if there is none. */
  String text(String name) {
    return members.get(name) instanceof String text ? text : "";
  }

  /** The strings of a list member, empty if there is none. */
  List<String> texts(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  /** A number member, 0 if there is none. */
  double number(String name) {
    return members.get(name) instanceof Number number ? number.doubleValue() : 0;
  }
}
