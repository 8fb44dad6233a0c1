package org.openagi.p2p.api.http;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was refused, by cause. Safe for any thread. */
public final class Refusals {
  private final Map<ErrorCode, LongAdder> counts = new EnumMap<>(ErrorCode.class);

  /** None yet. */
  public Refusals() {
    for (ErrorCode code : ErrorCode.values()) counts.put(code, new LongAdder());
  }

  /** One more. */
  public void count(ErrorCode code) {
    LongAdder counter = counts.get(code);
    if (counter != null) counter.increment();
  }

  /** How many there were of each cause; causes with none are absent. */
  public Map<ErrorCode, Long> snapshot() {
    Map<ErrorCode, Long> copy = new EnumMap<>(ErrorCode.class);
    counts.forEach((code, count) -> {
      if (count.sum() > 0) copy.put(code, count.sum());
    });
    return copy;
  }
}
