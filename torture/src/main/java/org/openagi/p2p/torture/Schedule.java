package org.openagi.p2p.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The faults of a run in the order they are due, derived from its seed. */
final class Schedule {
  private static final double FIRST = 0.01;
  private static final double LAST = 0.92;

  private Schedule() {}

  /**
   * Makes the schedule.
   *
   * @param kills how many processes are killed at least
   * @param cuts how often connections are reset, and wires get worse or better; there is a partition for each
   *     four; 0 if there are no wires
   */
  static List<Fault> of(long seed, int nodes, int messages, int kills, int cuts) {
    SplittableRandom dice = Dice.of(seed, 3);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < kills; i++) faults.add(kill(dice, due(dice, messages), nodes));
    for (int i = 0; i < cuts; i++) faults.add(cut(dice, due(dice, messages), nodes));
    for (int i = 0; i < cuts; i++) faults.add(weather(dice, due(dice, messages), nodes));
    for (int i = 0; i < cuts / 4; i++) faults.add(partition(dice, due(dice, messages), nodes));
    faults.sort(Comparator.comparingInt(Fault::dueAfter));
    return List.copyOf(faults);
  }

  private static int due(SplittableRandom dice, int messages) {
    return (int) (messages * (FIRST + dice.nextDouble() * (LAST - FIRST)));
  }

  private static Fault kill(SplittableRandom dice, int due, int nodes) {
    int again = dice.nextInt(5) == 0 ? 200 + dice.nextInt(2500) : 0;
    return new Fault.Kill(due, 1 + dice.nextInt(nodes), dice.nextInt(1500), again);
  }

  private static Fault cut(SplittableRandom dice, int due, int nodes) {
    int a = 1 + dice.nextInt(nodes);
    return new Fault.Cut(due, a, other(dice, a, nodes));
  }

  private static Fault partition(SplittableRandom dice, int due, int nodes) {
    var some = new TreeSet<Integer>();
    int size = 1 + dice.nextInt(Math.max(1, nodes / 2));
    while (some.size() < size) some.add(1 + dice.nextInt(nodes));
    // Some are short enough for TCP to bridge them, some longer than the heartbeat's patience.
    int millis = dice.nextInt(4) == 0 ? 8000 + dice.nextInt(6000) : 300 + dice.nextInt(4000);
    return new Fault.Partition(due, List.copyOf(some), millis);
  }

  private static Fault weather(SplittableRandom dice, int due, int nodes) {
    int a = 1 + dice.nextInt(nodes);
    int b = other(dice, a, nodes);
    if (dice.nextInt(3) == 0) return new Fault.Weather(due, a, b, 0, 0, 0, 0);
    return new Fault.Weather(
        due,
        a,
        b,
        dice.nextInt(30),
        dice.nextInt(5),
        dice.nextInt(20) / 10.0,
        dice.nextInt(50) / 10.0);
  }

  private static int other(SplittableRandom dice, int a, int nodes) {
    return 1 + (a + dice.nextInt(nodes - 1)) % nodes;
  }
}
