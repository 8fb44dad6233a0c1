package org.openagi.p2p.wire.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SeenIdsTest {
  /** Goal: within the window exactly what a set would say; below it everything counts as used. */
  @Property
  void agreesWithASetOfAllIds(
      @ForAll @Size(max = 400) List<@IntRange(max = 1500) Integer> indexes) {
    SeenIds ids = new SeenIds();
    Set<Integer> oracle = new HashSet<>();
    int highest = -1;
    for (int index : indexes) {
      boolean tooOld = index <= highest - SeenIds.WINDOW;
      assertEquals(tooOld || oracle.contains(index), ids.wasSeen(index));
      assertEquals(!tooOld && oracle.add(index), ids.tryMark(index));
      highest = Math.max(highest, index);
      assertTrue(ids.wasSeen(index));
    }
  }

  @Test
  void theLargestIdIsTaken() {
    SeenIds ids = new SeenIds();
    assertTrue(ids.tryMark(0x7fff_ffffL));
    assertFalse(ids.tryMark(0x7fff_ffffL));
    assertTrue(ids.tryMark(0x7fff_ffffL - SeenIds.WINDOW + 1));
    assertFalse(ids.tryMark(0x7fff_ffffL - SeenIds.WINDOW));
  }
}
