package org.openagi.p2p.node.client;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A JSON object that was received. What is absent, null or of another type than asked for is absent. Immutable.
 *
 * @param members as parsed: strings, numbers, booleans, lists and maps
 */
public record Values(Map<String, Object> members) {
  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  /** Without members. */
  public static final Values NONE = new Values(Map.of());

  /** Deepest nesting that is read; the parser calls itself for each level. */
  static final int DEPTH_MAX = 64;

  /** The object in a text, empty if it is something else or nested deeper than {@link #DEPTH_MAX}. */
  public static Optional<Values> parse(String text) {
    if (depth(text) > DEPTH_MAX) return Optional.empty();
    try {
      return of(JSON.fromJson(text));
    } catch (JsonException | IndexOutOfBoundsException | ArithmeticException e) {
      // The parser runs over the end of some broken numbers. Told as "no object" by the caller.
      return Optional.empty();
    }
  }

  private static int depth(String text) {
    int depth = 0;
    int deepest = 0;
    boolean isString = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isString && c == '\\') i++;
      else if (c == '"') isString = !isString;
      else if (!isString && (c == '{' || c == '[')) deepest = Math.max(deepest, ++depth);
      else if (!isString && (c == '}' || c == ']')) depth--;
    }
    return deepest;
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  private static Optional<Values> of(Object value) {
    return value instanceof Map<?, ?> members
        ? Optional.of(new Values((Map<String, Object>) members))
        : Optional.empty();
  }

  /** A string. */
  public Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** A number. */
  public OptionalDouble number(String name) {
    return members.get(name) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /** A whole number, 0 if there is none. */
  public long whole(String name) {
    return members.get(name) instanceof Number number ? number.longValue() : 0;
  }

  /** Whether a member is true. */
  public boolean flag(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  /** An object, {@link #NONE} if there is none. */
  public Values object(String name) {
    return members.containsKey(name) ? of(members.get(name)).orElse(NONE) : NONE;
  }

  /** The objects in a list. */
  public List<Values> objects(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().flatMap(each -> of(each).stream()).toList()
        : List.of();
  }

  /** The strings in a list. */
  public List<String> texts(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }
}
