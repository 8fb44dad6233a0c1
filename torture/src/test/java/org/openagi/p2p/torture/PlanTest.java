package org.openagi.p2p.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;

class PlanTest {
  private static final int MESSAGES = 6000;
  private final Plan plan = new Plan(7, 3, MESSAGES);

  @Test
  void aSeedMakesTheSamePlanAndAnotherAnother() {
    Plan same = new Plan(7, 3, MESSAGES);
    assertEquals(plan.message(1, 2, 5), same.message(1, 2, 5));
    assertEquals(plan.payload(plan.message(1, 2, 5)), same.payload(same.message(1, 2, 5)));
    assertNotEquals(plan.message(1, 2, 5), new Plan(8, 3, MESSAGES).message(1, 2, 5));
    assertEquals(schedule(7), schedule(7));
    assertNotEquals(schedule(7), schedule(8));
  }

  private static List<Fault> schedule(long seed) {
    return Schedule.of(seed, 4, MESSAGES, 30, 30);
  }

  @Test
  void allAreSentAndNobodySendsToHimself() {
    int sum = 0;
    for (int from = 1; from <= 3; from++) {
      for (int to = 1; to <= 3; to++) sum += plan.count(from, to);
      assertEquals(0, plan.count(from, from));
    }
    assertEquals(MESSAGES, sum);
  }

  @Test
  void thereIsSomeOfEverythingAndEachIsRecognised() {
    EnumSet<MessageType> types = EnumSet.noneOf(MessageType.class);
    int empty = 0;
    int large = 0;
    int shortLived = 0;
    for (int number = 1; number <= plan.count(1, 2); number++) {
      Planned planned = plan.message(1, 2, number);
      types.add(planned.type());
      if (planned.sizeBytes() == 0) empty++;
      if (planned.sizeBytes() > 32 * 1024) large++;
      if (planned.isShortLived()) shortLived++;
      assertEquals(Optional.of(planned), plan.recognise(received(planned)));
    }
    assertEquals(
        EnumSet.of(
            MessageType.DATA, MessageType.CONSENSUS, MessageType.HEARTBEAT, MessageType.DISCOVERY),
        types);
    assertTrue(empty > 0 && large > 0 && shortLived > 0, empty + ", " + large + ", " + shortLived);
  }

  private NetworkMessage received(Planned planned) {
    return NetworkMessage.received(
        number -> "x-" + number,
        1,
        planned.givenId(),
        "t1",
        "t2",
        planned.type(),
        plan.payload(planned),
        0,
        7);
  }

  @Test
  void whatNobodyPlannedIsNotRecognised() {
    for (String id : List.of("t-1-2-999999", "t-1-2", "t-1-1-1", "t-0-2-1", "t-1-2-x", "hello")) {
      NetworkMessage message = NetworkMessage.received(
          number -> "", 1, id, "t1", "t2", MessageType.DATA, Bytes.EMPTY, 0, 7);
      assertEquals(Optional.empty(), plan.recognise(message), id);
    }
    NetworkMessage noise = NetworkMessage.received(
        number -> "", 1, null, "t1", "t2", MessageType.DATA, Bytes.ofUtf8("short"), 0, 7);
    assertEquals(Optional.empty(), plan.recognise(noise));
  }

  @Test
  void faultsAreInOrderAndAsManyAsAskedFor() {
    List<Fault> faults = schedule(7);
    assertEquals(30, faults.stream().filter(Fault.Kill.class::isInstance).count());
    assertEquals(30, faults.stream().filter(Fault.Cut.class::isInstance).count());
    assertEquals(7, faults.stream().filter(Fault.Partition.class::isInstance).count());
    int last = 0;
    for (Fault fault : faults) {
      assertTrue(fault.dueAfter() >= last && fault.dueAfter() < MESSAGES, fault.toString());
      last = fault.dueAfter();
      if (fault instanceof Fault.Cut cut) assertNotEquals(cut.a(), cut.b());
      if (fault instanceof Fault.Partition partition) {
        assertTrue(partition.some().size() < 4, fault.toString());
      }
    }
  }
}
