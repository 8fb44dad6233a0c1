package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.VirtualTime;

/** Goal: one timer for deadlines that move. Method: an event loop and a clock that go by the same hand. */
class DeadlineTimerTest {
  private final VirtualTime time = new VirtualTime();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private int fired;
  private final DeadlineTimer timer = new DeadlineTimer(time, () -> fired++);

  @BeforeEach
  void stopTheClock() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.close();
  }

  private void setIn(long millis) {
    timer.set(channel.eventLoop(), time.nanoTime() + Duration.ofMillis(millis).toNanos());
  }

  private void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void anEarlierDeadlineBringsItForward() {
    setIn(20);
    setIn(5);
    advance(4);
    assertEquals(0, fired);
    advance(1);
    assertEquals(1, fired);
    advance(100);
    assertEquals(1, fired, "the later one is not set any more");
  }

  @Test
  void aLaterDeadlineLeavesItWhereItIsAndIsSetWhenItWentOff() {
    setIn(5);
    setIn(20);
    advance(5);
    assertEquals(1, fired);
    setIn(15);
    advance(14);
    assertEquals(1, fired);
    advance(1);
    assertEquals(2, fired);
  }

  @Test
  void aDeadlineThatIsOverGoesOffAtOnce() {
    setIn(-5);
    advance(0);
    assertEquals(1, fired);
  }

  @Test
  void noDeadlineSetsNothing() {
    timer.set(channel.eventLoop(), DeadlineTimer.NEVER);
    advance(1_000_000);
    assertEquals(0, fired);
  }

  @Test
  void whatIsCancelledNeverGoesOffAndCanBeSetAgain() {
    setIn(5);
    timer.cancel();
    advance(10);
    assertEquals(0, fired);
    setIn(20);
    advance(20);
    assertEquals(1, fired);
  }
}
