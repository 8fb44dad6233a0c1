package org.openagi.p2p.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.simulator.node.SimulatedNode;

/**
 * How long nothing arrives after a node on the way has died. Thirty nodes, each of which can connect to six others and no more,
 * so that messages go over several; the figures are in ADR 14.
 */
class RerouteTest {
  private static final int NODES = 30;
  private static final int[] STEPS = {1, 4, 9};
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final int TRIALS = 12;

  /** What was handled where messages go, and when. */
  private static final class Arrivals {
    final List<Integer> numbers = new ArrayList<>();
    final List<Long> millis = new ArrayList<>();

    long longestGap() {
      long longest = 0;
      for (int i = 1; i < millis.size(); i++) {
        longest = Math.max(longest, millis.get(i) - millis.get(i - 1));
      }
      return longest;
    }
  }

  private static SimulatedNetwork sparse(long seed) {
    SimulatedNetwork network = new SimulatedNetwork(NODES, seed);
    for (int one = 0; one < NODES; one++) {
      for (int other = 0; other < one; other++) {
        int apart = Math.min(one - other, NODES - one + other);
        if (Arrays.stream(STEPS).noneMatch(step -> step == apart)) {
          network.fabric().bar(one, other);
        }
      }
    }
    network.start();
    network.run(Duration.ofMinutes(1));
    return network;
  }

  /** The nodes between two, each as the one before it says. */
  private static List<SimulatedNode> between(
      SimulatedNetwork network, SimulatedNode from, SimulatedNode to) {
    List<SimulatedNode> way = new ArrayList<>();
    SimulatedNode at = from;
    while (at != to && way.size() < NODES) {
      long now = at.machine().clock().nanoTime();
      Route route = at.overlay().orElseThrow().linkStates().route(to.peerId(), now);
      var next = route.nextHops().getFirst().peer();
      at = network.nodes().stream()
          .filter(each -> each.peerId().equals(next))
          .findFirst()
          .orElseThrow();
      if (at != to) way.add(at);
    }
    return way;
  }

  /** The longest time in which nothing arrived, in milliseconds, each time that a node on the way died. */
  private static long[] gaps(long seed, Consumer<SimulatedNode> death, Duration patience) {
    var random = new SplittableRandom(seed);
    long[] gaps = new long[TRIALS];
    for (int trial = 0; trial < TRIALS; trial++) {
      try (SimulatedNetwork network = sparse(seed + trial)) {
        SimulatedNode from = network.node(random.nextInt(NODES));
        SimulatedNode to = network.node((from.index() + 12 + random.nextInt(6)) % NODES);
        Arrivals arrivals = new Arrivals();
        to.registerMessageHandler(message -> {
          arrivals.numbers.add(Integer.parseInt(message.text()));
          arrivals.millis.add(network.elapsed().toMillis());
        });
        int sent = send(network, from, to, 0, Duration.ofSeconds(3));
        assertTrue(arrivals.numbers.size() > 200, arrivals.numbers.size() + " arrived before");
        List<SimulatedNode> way = between(network, from, to);
        death.accept(way.get(random.nextInt(way.size())));
        sent = send(network, from, to, sent, patience);
        network.run(Duration.ofSeconds(20));
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < sent; i++) all.add(i);
        assertEquals(all, arrivals.numbers, "each once and in order");
        gaps[trial] = arrivals.longestGap();
      }
    }
    Arrays.sort(gaps);
    return gaps;
  }

  private static int send(
      SimulatedNetwork network, SimulatedNode from, SimulatedNode to, int first, Duration time) {
    int count = (int) (time.toMillis() / PERIOD.toMillis());
    for (int i = 0; i < count; i++) {
      from.submit(NetworkMessage.text(to.nodeId(), Integer.toString(first + i)));
      network.run(PERIOD);
    }
    return first + count;
  }

  private static void print(String what, long[] gaps) {
    System.out.printf(
        "gap after %s: median %d ms, longest %d ms of %s%n",
        what, gaps[gaps.length / 2], gaps[gaps.length - 1], Arrays.toString(gaps));
  }

  @Test
  void whenAProcessDiesMessagesTakeAnotherWayWithinASecond() {
    long[] gaps = gaps(1, SimulatedNode::kill, Duration.ofSeconds(5));
    print("the end of a process", gaps);
    assertTrue(gaps[TRIALS - 1] <= 500, Arrays.toString(gaps));
  }

  @Test
  void whenAMachineFallsSilentMessagesTakeAnotherWayWithinASecond() {
    long[] gaps = gaps(100, SimulatedNode::losePower, Duration.ofSeconds(10));
    print("a machine without power", gaps);
    assertTrue(gaps[TRIALS - 1] <= 950, Arrays.toString(gaps));
  }
}
