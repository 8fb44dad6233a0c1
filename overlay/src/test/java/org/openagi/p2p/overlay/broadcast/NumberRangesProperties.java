package org.openagi.p2p.overlay.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NumberRangesProperties {
  @Property
  void itIsASetAsLongAsThereAreFewGaps(
      @ForAll @Size(max = 200) List<@IntRange(min = 1, max = 120) Integer> numbers) {
    NumberRanges ranges = new NumberRanges();
    TreeSet<Integer> model = new TreeSet<>();
    for (int each : numbers) assertEquals(model.add(each), ranges.add(each));
    List<Long> missing = new ArrayList<>();
    ranges.forEachMissing(1, 120, missing::add);
    for (int i = 1; i <= 120; i++) {
      assertEquals(model.contains(i), ranges.contains(i));
      assertEquals(!model.contains(i), missing.contains((long) i));
    }
    for (int i = 1; i < ranges.ranges(); i++) {
      assertTrue(ranges.first(i) > ranges.last(i - 1) + 1, "ranges apart and in order");
    }
  }

  @Test
  void withTooManyGapsTheOldestCountsAsFilled() {
    NumberRanges ranges = new NumberRanges();
    for (long i = 1; i <= 3L * NumberRanges.MAX; i++) ranges.add(2 * i);
    assertEquals(NumberRanges.MAX, ranges.ranges());
    assertTrue(ranges.contains(3), "the oldest gap");
    assertTrue(!ranges.contains(6L * NumberRanges.MAX - 1), "the latest one is open");
    assertTrue(!ranges.contains(1), "before the first there is no gap");
  }
}
