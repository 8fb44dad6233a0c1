package org.openagi.p2p.network.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventBusTest {
  private final EventBus bus = new EventBus();

  @Test
  void everySubscriberSeesEveryEventInOrder() throws InterruptedException {
    BlockingQueue<NetworkEvent> first = new LinkedBlockingQueue<>();
    BlockingQueue<NetworkEvent> second = new LinkedBlockingQueue<>();
    bus.subscribe(first::add);
    bus.subscribe(second::add);
    for (int i = 0; i < 100; i++) bus.publish(event(i));
    for (int i = 0; i < 100; i++) {
      assertEquals(event(i), first.poll(10, TimeUnit.SECONDS));
      assertEquals(event(i), second.poll(10, TimeUnit.SECONDS));
    }
    assertEquals(100, bus.published());
  }

  @Test
  void slowSubscriberLosesTheOldestEventsAndTheLossIsCounted() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    BlockingQueue<NetworkEvent> seen = new LinkedBlockingQueue<>();
    EventSubscription slow = bus.subscribe(event -> {
      seen.add(event);
      busy.countDown();
      awaitQuietly(goOn);
    });
    bus.publish(event(0));
    assertTrue(busy.await(10, TimeUnit.SECONDS));
    for (int i = 1; i <= EventBus.QUEUED_EVENTS_MAX + 5; i++) bus.publish(event(i));
    assertEquals(5, slow.dropped());
    goOn.countDown();
    assertEquals(event(0), seen.poll(10, TimeUnit.SECONDS));
    assertEquals(event(6), seen.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void failingSubscriberGoesOnAndDisturbsNobody() throws InterruptedException {
    BlockingQueue<NetworkEvent> seen = new LinkedBlockingQueue<>();
    bus.subscribe(event -> {
      seen.add(event);
      throw new IllegalStateException("on purpose");
    });
    bus.publish(event(1));
    bus.publish(event(2));
    assertEquals(event(1), seen.poll(10, TimeUnit.SECONDS));
    assertEquals(event(2), seen.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void closedSubscriptionSeesNothingMore() throws InterruptedException {
    BlockingQueue<NetworkEvent> closed = new LinkedBlockingQueue<>();
    BlockingQueue<NetworkEvent> open = new LinkedBlockingQueue<>();
    bus.subscribe(closed::add).close();
    bus.subscribe(open::add);
    bus.publish(event(1));
    assertEquals(event(1), open.poll(10, TimeUnit.SECONDS));
    assertEquals(List.of(), List.copyOf(closed));
  }

  @Test
  void closingTheBusDeliversWhatIsWaiting() throws InterruptedException {
    BlockingQueue<NetworkEvent> seen = new LinkedBlockingQueue<>();
    bus.subscribe(seen::add);
    bus.publish(event(1));
    bus.close();
    bus.publish(event(2));
    assertEquals(event(1), seen.poll(10, TimeUnit.SECONDS));
    assertEquals(0, seen.size());
  }

  @Test
  void subscribersAreBounded() {
    for (int i = 0; i < EventBus.SUBSCRIBERS_MAX; i++) bus.subscribe(event -> {});
    assertThrows(IllegalStateException.class, () -> bus.subscribe(event -> {}));
    bus.close();
  }

  private static NetworkEvent event(int number) {
    return new NetworkEvent.Listening(Instant.ofEpochSecond(number), List.of());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
