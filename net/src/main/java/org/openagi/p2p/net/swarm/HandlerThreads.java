package org.openagi.p2p.net.swarm;

import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Runs blocking stream handlers, each on a virtual thread, never too many. Safe for any thread. */
final class HandlerThreads {
  private static final Logger log = LoggerFactory.getLogger(HandlerThreads.class);

  private final int max;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicLong failures = new AtomicLong();

  HandlerThreads(int max) {
    this.max = max;
  }

  /** Takes a place, to be given back by {@link #run} or {@link #release}. */
  boolean tryReserve() {
    if (running.incrementAndGet() <= max) return true;
    running.decrementAndGet();
    return false;
  }

  void release() {
    running.decrementAndGet();
  }

  /** Runs a handler in the place that was reserved. */
  void run(P2PStream stream, Consumer<P2PStream> handler) {
    Thread.ofVirtual().name("stream-" + stream.protocol()).start(() -> {
      try {
        handler.accept(stream);
        stream.close();
      } catch (RuntimeException | Error e) {
        stream.reset();
        report(stream, e);
        if (e instanceof Error error) throw error;
      } finally {
        release();
      }
    });
  }

  private void report(P2PStream stream, Throwable e) {
    long n = failures.incrementAndGet();
    if (Long.bitCount(n) != 1) return;
    // A failed stream is the peer's doing; anything else is a fault of the handler.
    log.atLevel(e instanceof UncheckedIOException ? Level.DEBUG : Level.WARN)
        .addKeyValue("protocol", stream.protocol())
        .addKeyValue("peer", stream.remotePeer().shortString())
        .addKeyValue("failures", n)
        .setCause(e)
        .log("a stream handler threw; its stream was reset");
  }

  int running() {
    return running.get();
  }
}
