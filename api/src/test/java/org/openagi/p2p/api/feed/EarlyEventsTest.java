package org.openagi.p2p.api.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.event.NetworkEvent.Listening;
import org.openagi.p2p.testkit.Await;

/** What happens before there is a reader is told first, in order, within a bound. */
class EarlyEventsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Long> read = new CopyOnWriteArrayList<>();

  private static void publish(EventBus bus, long from, long to) {
    for (long i = from; i < to; i++) bus.publish(new Listening(Instant.ofEpochMilli(i), List.of()));
  }

  private void read(NetworkEvent event) {
    read.add(event.at().toEpochMilli());
  }

  @Test
  void whatWasEarlyComesFirstAndInOrder() {
    try (EventBus bus = new EventBus();
        EarlyEvents early = new EarlyEvents(bus)) {
      publish(bus, 0, 50);
      early.readBy(this::read);
      publish(bus, 50, 100);
      Await.until(PATIENCE, "all events", () -> read.size() == 100);
      assertEquals(LongStream.range(0, 100).boxed().toList(), read);
      assertThrows(IllegalStateException.class, () -> early.readBy(this::read));
    }
  }

  @Test
  void theOldestGoIfThereAreTooMany() {
    try (EventBus bus = new EventBus();
        EarlyEvents early = new EarlyEvents(bus)) {
      int many = EventBus.QUEUED_EVENTS_MAX + 100;
      publish(bus, 0, many);
      early.readBy(this::read);
      Await.until(PATIENCE, "the last event", () -> read.contains(many - 1L));
      // One more than fit may have been taken out of the queue to wait for the reader.
      assertEquals(EventBus.QUEUED_EVENTS_MAX, read.size(), 1);
    }
  }

  @Test
  void nothingIsToldOnceItIsClosed() {
    try (EventBus bus = new EventBus()) {
      EarlyEvents early = new EarlyEvents(bus);
      publish(bus, 0, 50);
      early.close();
      publish(bus, 50, 60);
      assertThrows(IllegalStateException.class, () -> early.readBy(this::read));
      assertEquals(List.of(), read);
    }
  }
}
