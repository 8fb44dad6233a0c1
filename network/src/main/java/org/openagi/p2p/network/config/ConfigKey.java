package org.openagi.p2p.network.config;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The definition of one thing that can be configured: its names, what it accepts, its default and
 * what it means. The table {@link ConfigKeys#ALL} is the only place where keys are defined; the
 * loader, the reference document and {@code --print-config} read it. Immutable.
 *
 * @param <T> the type of the parsed value
 */
public final class ConfigKey<T> {
  private final String name;
  private final String environmentVariable;
  private final String flag;
  private final String defaultText;
  private final String description;
  private final ValueType<T> type;
  private final @Nullable OtherDefault otherDefault;

  /**
   * Another default where another key has some value.
   *
   * @param value the parsed one of that key
   * @param valueText the same as in the file
   * @param defaultText of the key that has this other default
   */
  record OtherDefault(ConfigKey<?> key, Object value, String valueText, String defaultText) {}

  private ConfigKey(
      String name,
      String environmentVariable,
      String flag,
      String defaultText,
      String description,
      ValueType<T> type,
      @Nullable OtherDefault otherDefault) {
    this.name = Objects.requireNonNull(name);
    this.environmentVariable = environmentVariable;
    this.flag = flag;
    this.defaultText = defaultText;
    this.description = description;
    this.type = type;
    this.otherDefault = otherDefault;
  }

  static <T> ConfigKey<T> of(
      String name, ValueType<T> type, String defaultText, String description) {
    String upper = name.toUpperCase(Locale.ROOT);
    String flag = "--" + name.replace('_', '-');
    return new ConfigKey<>(name, "P2P_" + upper, flag, defaultText, description, type, null);
  }

  ConfigKey<T> withEnvironmentVariable(String variable) {
    return new ConfigKey<>(name, variable, flag, defaultText, description, type, otherDefault);
  }

  ConfigKey<T> withFlag(String otherFlag) {
    return new ConfigKey<>(
        name, environmentVariable, otherFlag, defaultText, description, type, otherDefault);
  }

  /** Another default where another key has this value. */
  <C> ConfigKey<T> withDefaultIf(ConfigKey<C> key, C value, String otherDefaultText) {
    OtherDefault other = new OtherDefault(key, value, key.print(value), otherDefaultText);
    return new ConfigKey<>(name, environmentVariable, flag, defaultText, description, type, other);
  }

  /** Name in the configuration file, for example {@code heartbeat_interval}. */
  public String name() {
    return name;
  }

  /** For example {@code P2P_HEARTBEAT_INTERVAL}. */
  public String environmentVariable() {
    return environmentVariable;
  }

  /** The long option that sets it, for example {@code --peer} for {@code peers}. */
  public String flag() {
    return flag;
  }

  /** The default, written as in the file; empty when the value is derived (see description). */
  public String defaultText() {
    return defaultText;
  }

  /** What it means, one or two sentences. */
  public String description() {
    return description;
  }

  /** What is accepted, with unit and range, for example {@code whole number, 1 to 100000}. */
  public String allowed() {
    return type.allowed();
  }

  /** Whether it takes several values, separated by commas; its flag may then be repeated. */
  public boolean isList() {
    return type.isList();
  }

  Optional<OtherDefault> otherDefault() {
    return Optional.ofNullable(otherDefault);
  }

  T parse(String text) {
    return type.parse(text);
  }

  T defaultValue() {
    return type.parse(defaultText);
  }

  /** A value as one would write it in the file. */
  public String print(T value) {
    return type.print(value);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Parsing and printing of one kind of value. Parsing throws {@link IllegalArgumentException}. */
  interface ValueType<T> {
    T parse(String text);

    String print(T value);

    /** Completes the sentence "must be ...". */
    String allowed();

    default boolean isList() {
      return false;
    }
  }

  /** Splits a list value: commas separate, blanks around items don't count, empty items neither. */
  static List<String> splitList(String text) {
    return List.of(text.split(",", -1)).stream()
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
