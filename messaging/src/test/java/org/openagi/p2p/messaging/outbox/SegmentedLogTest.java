package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SegmentedLogTest {
  private static final class Item implements Numbered {
    final int writer;
    final int index;
    long number;

    Item(int writer, int index) {
      this.writer = writer;
      this.index = index;
    }

    @Override
    public void assignNumber(long value) {
      number = value;
    }
  }

  @Test
  void numbersStartAtOneAndCursorsWaitAtTheEnd() {
    SegmentedLog<Item> log = new SegmentedLog<>(9);
    OutboxLog.Cursor<Item> cursor = log.cursor();
    assertNull(cursor.peek());
    for (int i = 1; i <= 1000; i++) assertEquals(i, log.append(new Item(0, i)));
    for (int i = 1; i <= 1000; i++) {
      assertEquals(i, cursor.number());
      assertEquals(i, cursor.peek().number);
      cursor.advance();
    }
    assertNull(cursor.peek());
    log.settleUpTo(700);
    assertEquals(700, log.firstUnsettled());
    assertEquals(700, log.cursor().peek().number);
    assertThrows(IllegalArgumentException.class, () -> log.settleUpTo(1002));
    log.settleUpTo(1001);
    assertNull(log.cursor().peek());
  }

  /** Goal: no number lost or doubled, order per writer. Method: writers race a reader that settles. */
  @Test
  void manyWritersAndOneReader() throws InterruptedException {
    int writers = 4;
    int each = 30_000;
    SegmentedLog<Item> log = new SegmentedLog<>(9);
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      int writer = w;
      threads.add(Thread.ofPlatform().start(() -> {
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        for (int i = 0; i < each; i++) log.append(new Item(writer, i));
      }));
    }
    go.countDown();
    int[] next = new int[writers];
    OutboxLog.Cursor<Item> cursor = log.cursor();
    for (long number = 1; number <= (long) writers * each; ) {
      Item item = cursor.peek();
      if (item == null) {
        Thread.onSpinWait();
        continue;
      }
      assertEquals(number, item.number);
      assertEquals(next[item.writer]++, item.index);
      cursor.advance();
      number++;
      if (number % 777 == 0) log.settleUpTo(number);
    }
    for (Thread thread : threads) thread.join();
    assertNull(cursor.peek());
    assertNotNull(log.cursor());
  }
}
