package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.sim.SinkLink;

/** Goal: lanes on threads of their own get their turns. Method: engines that only write, on real executors. */
@Timeout(60)
class OutboundPaceTest {
  private static final long MIB = 1 << 20;

  private final EventExecutor timers = new DefaultEventExecutor();
  private final EventExecutor loop = new DefaultEventExecutor();

  @AfterEach
  void stop() {
    timers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** Writes so many bytes as fast as its link lets it. */
  private final class Engine {
    final PacedLink link;
    final CountDownLatch done = new CountDownLatch(1);
    final AtomicLong written = new AtomicLong();
    private long left;
    int largest;

    Engine(OutboundPace pace, OutboundPace.Peer peer, Lane lane, long bytes) {
      left = bytes;
      link = new PacedLink(new SinkLink(), pace, peer, lane, loop, this::pump);
    }

    void start() {
      loop.execute(this::pump);
    }

    private void pump() {
      boolean wrote = false;
      while (left > 0 && link.isWritable()) {
        int chunk = (int) Math.min(left, Math.min(128 << 10, link.chunkBytes()));
        largest = Math.max(largest, chunk);
        link.write(Unpooled.buffer(chunk).writeZero(chunk));
        left -= chunk;
        written.addAndGet(chunk);
        wrote = true;
      }
      if (wrote) link.flush();
      if (left == 0) done.countDown();
    }
  }

  private OutboundPace pace(long limit) {
    return new OutboundPace(limit, TimeSource.system(), timers);
  }

  @Test
  void twoPeersShareTheLimitInSmallChunks() throws Exception {
    OutboundPace pace = pace(MIB);
    Engine one = new Engine(pace, pace.addPeer(0), Lane.BULK, MIB / 4);
    Engine two = new Engine(pace, pace.addPeer(0), Lane.BULK, MIB / 4);
    long start = System.nanoTime();
    one.start();
    two.start();
    one.done.await();
    two.done.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    assertTrue(seconds > 0.46, seconds + " s for 512 KiB at 1 MiB/s");
    assertTrue(one.largest <= MIB * 5 / 1000, one.largest + " bytes in a chunk");
  }

  @Test
  void withoutALimitNothingWaitsAndChunksAreLarge() throws Exception {
    OutboundPace pace = pace(0);
    Engine engine = new Engine(pace, pace.addPeer(0), Lane.BULK, 64 * MIB);
    engine.start();
    engine.done.await();
    assertEquals(128 << 10, engine.largest);
  }

  @Test
  void whoWaitsGoesOnWhenTheLimitIsTakenAway() throws Exception {
    OutboundPace pace = pace(1024);
    OutboundPace.Peer peer = pace.addPeer(1024);
    Engine engine = new Engine(pace, peer, Lane.BULK, MIB);
    engine.start();
    while (engine.written.get() == 0) Thread.onSpinWait();
    pace.setLimit(0);
    assertTrue(peer.isLimited());
    peer.setLimit(0);
    assertFalse(peer.isLimited());
    engine.done.await();
  }

  @Test
  void aStreamThatEndsGivesItsTurnToOthers() throws Exception {
    OutboundPace pace = pace(64 << 10);
    Engine gone = new Engine(pace, pace.addPeer(0), Lane.BULK, MIB);
    Engine stays = new Engine(pace, pace.addPeer(0), Lane.BULK, 16 << 10);
    gone.start();
    while (gone.written.get() == 0) Thread.onSpinWait();
    loop.submit(gone.link::close).sync();
    long before = gone.written.get();
    stays.start();
    stays.done.await();
    assertEquals(before, gone.written.get());
  }
}
