package org.openagi.p2p.api.json;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds one JSON object as one line of text, members in the order they are put.
 *
 * <p>The line holds printable ASCII only: everything else inside strings is escaped, so that text of
 * remote origin can neither break the line nor send control sequences to a terminal. Unpaired
 * surrogates are escaped as they are. A name put twice appears twice; callers don't.
 *
 * <p>Confined to one thread.
 */
public final class JsonObject {
  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private final StringBuilder out = new StringBuilder(128).append('{');

  /** Puts a string, or {@code null}. */
  public JsonObject put(String name, @Nullable String value) {
    name(name);
    if (value == null) out.append("null");
    else string(value);
    return this;
  }

  public JsonObject put(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  /** Puts a number; JSON has none that is infinite or not a number, so those become {@code null}. */
  public JsonObject put(String name, double value) {
    name(name);
    number(value);
    return this;
  }

  public JsonObject put(String name, boolean value) {
    name(name);
    out.append(value);
    return this;
  }

  public JsonObject put(String name, JsonObject value) {
    name(name);
    out.append(value);
    return this;
  }

  /**
   * Puts an array of strings, numbers, booleans or objects.
   *
   * @throws IllegalArgumentException if an element is of another class
   */
  public JsonObject put(String name, List<?> values) {
    name(name);
    out.append('[');
    boolean first = true;
    for (Object value : values) {
      if (!first) out.append(',');
      first = false;
      element(value);
    }
    out.append(']');
    return this;
  }

  /** Puts an array of JSON texts as they are. */
  public JsonObject putParsed(String name, List<String> values) {
    name(name);
    out.append('[').append(String.join(",", values)).append(']');
    return this;
  }

  /** The object as one line, without the line end. */
  @Override
  public String toString() {
    return out + "}";
  }

  private void name(String name) {
    if (out.length() > 1) out.append(',');
    string(name);
    out.append(':');
  }

  private void element(Object value) {
    switch (value) {
      case String text -> string(text);
      case Double number -> number(number);
      case Long number -> out.append(number.longValue());
      case Integer number -> out.append(number.intValue());
      case Boolean truth -> out.append(truth.booleanValue());
      case JsonObject object -> out.append(object);
      default ->
        throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
    }
  }

  private void number(double value) {
    if (!Double.isFinite(value)) out.append("null");
    else if (value == Math.rint(value) && Math.abs(value) < 1e15) out.append((long) value);
    else out.append(value);
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) character(text.charAt(i));
    out.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (c >= ' ' && c < 127) out.append(c);
        else
          out.append("\\u")
              .append(HEX[c >> 12])
              .append(HEX[c >> 8 & 15])
              .append(HEX[c >> 4 & 15])
              .append(HEX[c & 15]);
      }
    }
  }
}
