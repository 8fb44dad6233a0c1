package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OutboxQuotaTest {
  @Test
  void refusesTheMessageAfterTheLastAndNamesTheNumbers() {
    OutboxQuota quota = new OutboxQuota("bob", null, 3, 10_000);
    for (int i = 0; i < 3; i++) assertNull(quota.reserve(100));
    String why = quota.reserve(100);
    assertEquals("outbox of bob holds 3 of 3 messages and 684 of 10000 bytes", why);
    quota.release(1, 100);
    assertNull(quota.reserve(0));
  }

  @Test
  void refusesTheByteAfterTheLast() {
    OutboxQuota quota = new OutboxQuota("bob", null, 100, 1000);
    assertNull(quota.reserve(1000 - OutboxQuota.OVERHEAD_BYTES));
    assertNotNull(quota.reserve(0));
    quota.release(1, 1000 - OutboxQuota.OVERHEAD_BYTES);
    assertEquals(0, quota.bytes());
    assertNotNull(quota.reserve(1001 - OutboxQuota.OVERHEAD_BYTES));
    assertEquals(0, quota.messages());
  }

  @Test
  void theNodesQuotaLimitsAllAndLeavesNothingBehind() {
    OutboxQuota node = new OutboxQuota("node", null, 2, 1 << 20);
    OutboxQuota bob = new OutboxQuota("bob", node, 10, 1 << 20);
    OutboxQuota eve = new OutboxQuota("eve", node, 10, 1 << 20);
    assertNull(bob.reserve(1));
    assertNull(eve.reserve(1));
    assertTrue(bob.reserve(1).contains("node"));
    assertEquals(1, bob.messages());
    bob.release(1, 1);
    eve.release(1, 1);
    assertEquals(0, node.messages());
    assertEquals(0, node.bytes());
  }

  /** Goal: peers that take nothing off our hands don't use up the room of those that do. */
  @Test
  void whoHoldsMuchLeavesAsMuchForOthers() {
    OutboxQuota node = new OutboxQuota("this node", null, 1_000_000, 1 << 20);
    for (int slow = 1; slow <= 7; slow++) {
      OutboxQuota quota = new OutboxQuota("slow", node, 1_000_000, 1 << 20);
      String full;
      while ((full = quota.reserve(872)) == null) {
        // until it is refused
      }
      assertTrue(full.contains("kept for others"), full);
      assertTrue(quota.bytes() <= node.freeBytes() + 2000, quota.bytes() + " bytes held");
    }
    assertTrue(node.freeBytes() > (1 << 20) / 256, node.freeBytes() + " bytes left");
    OutboxQuota late = new OutboxQuota("late", node, 10, 1 << 20);
    long before = node.bytes();
    assertNull(late.reserve((int) node.freeBytes() - OutboxQuota.OVERHEAD_BYTES));
    late.release(1, late.bytes() - OutboxQuota.OVERHEAD_BYTES);
    assertEquals(before, node.bytes());
  }

  /** Goal: what a peer may hold follows what is left, in both directions, and nothing it holds is lost. */
  @Test
  void aShareThatShrinksRefusesUntilWhatIsHeldFitsAgain() {
    OutboxQuota node = new OutboxQuota("this node", null, 1000, 10_000);
    OutboxQuota bob = new OutboxQuota("bob", node, 1000, 10_000);
    OutboxQuota eve = new OutboxQuota("eve", node, 1000, 10_000);
    for (int i = 0; i < 4; i++) assertNull(bob.reserve(872), "4 of 10 leave 6");
    for (int i = 0; i < 3; i++) assertNull(eve.reserve(872), "3 of 10, then 3 are left");
    assertEquals(
        "outbox of bob holds 4000 bytes, and the 3000 of 10000 left in that of this node are kept for others",
        bob.reserve(872));
    assertEquals(4, bob.messages());
    assertEquals(7000, node.bytes());
    eve.release(1, 872);
    assertNull(bob.reserve(872), "4 held, 4 left");
    assertNotNull(bob.reserve(0), "5 held, 3 left");
    bob.release(2, 2 * 872);
    assertNull(bob.reserve(872), "3 held, 5 left");
    bob.release(4, 4 * 872);
    eve.release(2, 2 * 872);
    assertEquals(0, node.bytes());
    assertEquals(0, node.messages());
  }

  /** As after a start with lower limits than those the messages were accepted under. */
  @Test
  void whatIsHereAlreadyMayExceedTheLimitAndIsWorkedOff() {
    OutboxQuota node = new OutboxQuota("this node", null, 5, 1 << 20);
    OutboxQuota bob = new OutboxQuota("bob", node, 3, 1 << 20);
    bob.take(10, 1000);
    assertEquals("outbox of bob holds 10 of 3 messages and 2280 of 1048576 bytes", bob.reserve(0));
    bob.release(7, 700);
    assertNotNull(bob.reserve(0));
    assertEquals(3, node.messages());
    bob.release(1, 100);
    assertNull(bob.reserve(0));
    bob.release(3, 200);
    assertEquals(0, node.bytes());
  }

  @Test
  void countsUpToItsOwnLimits() {
    OutboxQuota quota = new OutboxQuota("x", null, OutboxQuota.MAX_MESSAGES, OutboxQuota.MAX_BYTES);
    for (int i = 0; i < 4000; i++) assertNull(quota.reserve(64 << 20));
    assertEquals(4000, quota.messages());
    assertThrows(
        IllegalArgumentException.class,
        () -> new OutboxQuota("x", null, OutboxQuota.MAX_MESSAGES + 1, 1));
  }
}
