package org.openagi.p2p.api.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.api.ApiStats;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.transfer.TransferStats;

/** A counter that is added to the node must not be forgotten here. */
class EveryCounterTest {
  /** Told as {@link NetworkStats} has them; of the connections, those of each direction are told. */
  private static final Set<String> TWICE = Set.of(
      "NetworkStats.connections", "HostStats.bytesIn", "HostStats.bytesOut", "HostStats.refusals");

  private final Map<Long, String> given = new HashMap<>();
  private long next = 1_000_003;

  /**
   * Goal: everything that is counted is told. Method: each counter of the records has a number of its own, and all of these are
   * found in the text.
   */
  @Test
  void everythingThatIsCountedIsTold() throws Exception {
    NetworkStats network = (NetworkStats) fill(NetworkStats.class);
    Reading reading = new Reading(
        network,
        network.overlay(),
        (TransferStats) fill(TransferStats.class),
        (ApiStats) fill(ApiStats.class),
        List.of(),
        ProcessFigures.now());
    String text = new Metrics.Registered(reading).scrape(reading);
    Set<Long> told = text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .map(value -> Math.round(value < 1 ? value * 1e9 : value))
        .collect(Collectors.toSet());
    Set<String> forgotten = new TreeSet<>();
    given.forEach((number, name) -> {
      if (!told.contains(number)) forgotten.add(name);
    });
    forgotten.removeAll(TWICE);
    assertEquals(Set.of(), forgotten);
  }

  private Object fill(Class<?> record) throws ReflectiveOperationException {
    List<Object> values = new ArrayList<>();
    List<Class<?>> types = new ArrayList<>();
    for (RecordComponent each : record.getRecordComponents()) {
      types.add(each.getType());
      values.add(value(each.getGenericType(), record.getSimpleName() + "." + each.getName()));
    }
    return record
        .getDeclaredConstructor(types.toArray(new Class<?>[0]))
        .newInstance(values.toArray());
  }

  private Object value(Type type, String name) throws ReflectiveOperationException {
    if (type == long.class) return number(name);
    if (type == int.class) return (int) number(name);
    if (type == boolean.class) return true;
    if (type == Instant.class) return Instant.EPOCH;
    if (type instanceof Class<?> record && record.isRecord()) return fill(record);
    if (type instanceof ParameterizedType generic) {
      Type of = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) return Optional.of(value(of, name));
      if (generic.getRawType() == Map.class) {
        Map<Object, Long> counts = new HashMap<>();
        for (Object cause : ((Class<?>) of).getEnumConstants()) counts.put(cause, number(name));
        return counts;
      }
    }
    throw new AssertionError(name + " has a type that is not known here: " + type);
  }

  private long number(String name) {
    next += 2;
    given.put(next, name);
    return next;
  }
}
