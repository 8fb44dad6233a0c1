package org.openagi.p2p.overlay.health;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets the oldest beyond a bound. Confined to its owner. */
final class Recent<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;
  private final int max;

  /**
   * Makes an empty one.
   *
   * @param max most entries that it holds
   */
  Recent(int max) {
    this.max = max;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > max;
  }
}
