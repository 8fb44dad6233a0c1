package org.openagi.p2p.api.view;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;

/**
 * Records of counters as JSON, member by member and under their own names, so that a counter that is added to a record is
 * added here by itself. Records and maps become objects, enums their names, instants milliseconds since 1970, durations
 * microseconds, optionals their content or null.
 */
public final class RecordJson {
  /** Asking a class for them makes them anew each time, and with them the ways to their values. */
  private static final ClassValue<List<RecordComponent>> COMPONENTS = new ClassValue<>() {
    @Override
    protected List<RecordComponent> computeValue(Class<?> type) {
      return List.of(type.getRecordComponents());
    }
  };

  private RecordJson() {}

  /** An object with the members of a record. */
  public static JsonObject of(Record record) {
    JsonObject object = new JsonObject();
    for (RecordComponent each : COMPONENTS.get(record.getClass())) {
      put(object, each.getName(), value(record, each));
    }
    return object;
  }

  private static @Nullable Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static void put(JsonObject object, String name, @Nullable Object value) {
    switch (value) {
      case null -> object.put(name, (String) null);
      case Optional<?> optional -> put(object, name, optional.orElse(null));
      case Boolean flag -> object.put(name, (boolean) flag);
      case Double number -> object.put(name, (double) number);
      case Number number -> object.put(name, number.longValue());
      case Instant instant -> object.put(name, instant.toEpochMilli());
      case Duration duration -> object.put(name, duration.toNanos() / 1000);
      case Record record -> object.put(name, of(record));
      case Map<?, ?> map -> object.put(name, of(map));
      default -> object.put(name, String.valueOf(value));
    }
  }

  private static JsonObject of(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
    JsonObject object = new JsonObject();
    sorted.forEach((key, value) -> put(object, key, value));
    return object;
  }
}
