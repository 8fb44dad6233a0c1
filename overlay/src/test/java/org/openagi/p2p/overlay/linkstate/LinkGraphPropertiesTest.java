package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;

/** Table, heap and shortest paths against plain models. */
class LinkGraphPropertiesTest {
  private static LinkAdvert advert(
      int number, long sequence, boolean relays, List<AdvertLink> links) {
    List<AdvertLink> sorted = new ArrayList<>(links);
    sorted.sort(Comparator.comparing(AdvertLink::peer));
    LinkAdvert.Statement said = new LinkAdvert.Statement(
        TestPeers.keyless(number),
        sequence,
        0,
        1000,
        NodeType.FULL,
        relays,
        false,
        Bytes.EMPTY,
        sorted);
    return LinkAdvert.of(said, signed -> Bytes.EMPTY);
  }

  @Property(tries = 50)
  void theTableIsAMap(@ForAll long seed) {
    RandomGenerator random = SeededRandom.of(seed);
    AdvertTable table = new AdvertTable();
    Map<PeerId, Long> model = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      int number = random.nextInt(60);
      PeerId peer = TestPeers.keyless(number);
      if (random.nextInt(3) == 0) {
        int slot = table.slotOf(peer);
        assertEquals(model.containsKey(peer), slot != AdvertTable.NONE);
        if (slot != AdvertTable.NONE) table.remove(slot);
        model.remove(peer);
      } else {
        int slot = table.put(advert(number, i, true, List.of()), i);
        assertEquals(slot, table.slotOf(peer));
        assertEquals(slot, table.slotOfHash(Peers.hash(peer)));
        model.put(peer, (long) i);
      }
      assertEquals(model.size(), table.size());
    }
    for (int slot = 0; slot < table.size(); slot++) {
      LinkAdvert each = table.advert(slot);
      assertEquals(model.get(each.origin()), each.sequence());
      assertEquals(slot, table.slotOf(each.origin()));
      assertEquals((int) each.sequence(), table.expiresTick(slot));
    }
  }

  @Property(tries = 100)
  void theHeapSorts(@ForAll long seed, @ForAll @IntRange(max = 200) int count) {
    RandomGenerator random = SeededRandom.of(seed);
    LongHeap heap = new LongHeap(0);
    long[] values = random.longs(count, 0, 50).toArray();
    for (long each : values) heap.add(each);
    Arrays.sort(values);
    for (long each : values) assertEquals(each, heap.removeLeast());
    assertTrue(heap.isEmpty());
  }

  @Property(tries = 60)
  void costsAreThoseOfTheCheapestWaysOverNodesThatRelay(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int nodes) {
    RandomGenerator random = SeededRandom.of(seed);
    List<Map<Integer, AdvertLink>> links = new ArrayList<>();
    for (int i = 0; i < nodes; i++) links.add(new HashMap<>());
    for (int i = 0; i < 3 * nodes; i++) {
      int a = random.nextInt(nodes);
      int b = random.nextInt(nodes);
      if (a == b) continue;
      links.get(a).put(b, link(random, b));
      if (random.nextInt(5) > 0) links.get(b).put(a, link(random, a));
    }
    boolean[] relays = new boolean[nodes];
    AdvertTable table = new AdvertTable();
    for (int i = 0; i < nodes; i++) {
      relays[i] = random.nextInt(4) > 0;
      table.put(advert(i, 1, relays[i], List.copyOf(links.get(i).values())), 1);
    }
    LinkGraph graph = LinkGraph.of(table);
    byte[] hops = new byte[nodes];
    assertEquals(Arrays.toString(model(links, relays)), Arrays.toString(graph.costsFrom(0, hops)));
  }

  private static AdvertLink link(RandomGenerator random, int to) {
    LinkQuality quality =
        new LinkQuality(random.nextInt(200_000), random.nextInt(1001), random.nextInt(1001));
    return AdvertLink.of(TestPeers.keyless(to), quality);
  }

  private static int[] model(List<Map<Integer, AdvertLink>> links, boolean[] relays) {
    int[] costs = new int[relays.length];
    Arrays.fill(costs, LinkGraph.FAR);
    costs[0] = 0;
    var queue = new PriorityQueue<Integer>(Comparator.comparingInt(i -> costs[i]));
    var done = new TreeSet<Integer>();
    queue.add(0);
    while (!queue.isEmpty()) {
      int at = queue.remove();
      if (!done.add(at) || (at != 0 && !relays[at])) continue;
      links.get(at).forEach((to, link) -> {
        AdvertLink back = links.get(to).get(at);
        if (back == null) return;
        int there = costs[at] + Math.max(link.costMicros(), back.costMicros());
        if (there >= costs[to]) return;
        costs[to] = there;
        queue.remove(to);
        queue.add(to);
      });
    }
    return costs;
  }

  @Property(tries = 500)
  void stepsAreNearWhatWasMeasuredAndCostGrowsWithEach(
      @ForAll @IntRange(min = 1, max = 2_000_000) int rtt,
      @ForAll @IntRange(max = 800) int loss,
      @ForAll @IntRange(max = 1000) int load) {
    PeerId peer = TestPeers.keyless(1);
    AdvertLink link = AdvertLink.of(peer, new LinkQuality(rtt, loss, load));
    assertTrue(Math.abs(link.rttMicros() - rtt) <= Math.max(100, rtt / 8), link.toString());
    assertTrue(Math.abs(link.lossPermille() - loss) < 50, link.toString());
    AdvertLink worse =
        AdvertLink.of(peer, new LinkQuality(rtt * 2, Math.min(1000, loss + 100), load));
    assertTrue(worse.costMicros() >= link.costMicros());
  }
}
