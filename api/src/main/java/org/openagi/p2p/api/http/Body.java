package org.openagi.p2p.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The members of a request's body. Immutable. */
public final class Body {
  private final Map<String, Object> members;

  /** Of parsed members: strings, numbers, booleans, lists and maps. */
  public Body(Map<String, Object> members) {
    this.members = members;
  }

  /** Whether a member is there and not null. */
  public boolean has(String name) {
    return members.get(name) != null;
  }

  /**
   * A string, if it is there.
   *
   * @throws ApiException if it is something else
   */
  public Optional<String> text(String name) {
    Object value = members.get(name);
    if (value == null) return Optional.empty();
    if (value instanceof String text) return Optional.of(text);
    throw wrong(name, "a string");
  }

  /**
   * A string.
   *
   * @throws ApiException if it is not there
   */
  public String requireText(String name) {
    return text(name)
        .orElseThrow(() -> new ApiException(
            ErrorCode.INVALID_ARGUMENT, "the member '" + name + "', a string, is missing"));
  }

  /**
   * A whole number.
   *
   * @throws ApiException if it is something else or out of range
   */
  public Optional<Long> number(String name, long min, long max) {
    Object value = members.get(name);
    if (value == null) return Optional.empty();
    if (value instanceof Number number) {
      double exact = number.doubleValue();
      if (exact == Math.rint(exact) && exact >= min && exact <= max) {
        return Optional.of(number.longValue());
      }
    }
    throw wrong(name, "a whole number from " + min + " to " + max);
  }

  /**
   * True or false.
   *
   * @throws ApiException if it is something else
   */
  public boolean flag(String name, boolean otherwise) {
    Object value = members.get(name);
    if (value == null) return otherwise;
    if (value instanceof Boolean flag) return flag;
    throw wrong(name, "true or false");
  }

  /**
   * A list of strings; empty if it is not there.
   *
   * @throws ApiException if it is something else
   */
  public List<String> texts(String name) {
    Object value = members.get(name);
    if (value == null) return List.of();
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw wrong(name, "a list of strings");
  }

  private static ApiException wrong(String name, String expected) {
    return new ApiException(
        ErrorCode.INVALID_ARGUMENT, "the member '" + name + "' is to be " + expected);
  }
}
