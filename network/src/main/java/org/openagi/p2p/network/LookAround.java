package org.openagi.p2p.network;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.EventSubscription;
import org.openagi.p2p.network.event.NetworkEvent;

/**
 * Waits while peers turn up: until nothing has changed for a while and somebody was found, at most
 * for the given time. Blocks the calling thread, which is a virtual one.
 */
final class LookAround {
  /** Two polite delays and a connection: by then, whoever was discovered is connected as well. */
  static final Duration QUIET = Duration.ofMillis(600);

  private LookAround() {}

  /**
   * @param start makes peers answer
   * @param anybody whether somebody was found
   */
  static void await(
      EventBus events, Duration limit, TimeSource time, Runnable start, BooleanSupplier anybody)
      throws InterruptedException {
    BlockingQueue<NetworkEvent> changes = new LinkedBlockingQueue<>(EventBus.QUEUED_EVENTS_MAX);
    EventSubscription subscription = events.subscribe(event -> offerIfAboutPeers(changes, event));
    try {
      start.run();
      long beginNanos = time.nanoTime();
      long changeNanos = beginNanos;
      while (true) {
        long nowNanos = time.nanoTime();
        long left = limit.toNanos() - (nowNanos - beginNanos);
        long quiet = QUIET.toNanos() - (nowNanos - changeNanos);
        boolean settled = quiet <= 0 && anybody.getAsBoolean();
        if (left <= 0 || settled) return;
        long wait = Math.min(left, quiet > 0 ? quiet : left);
        if (changes.poll(wait, TimeUnit.NANOSECONDS) != null) changeNanos = time.nanoTime();
      }
    } finally {
      subscription.close();
    }
  }

  private static void offerIfAboutPeers(BlockingQueue<NetworkEvent> changes, NetworkEvent event) {
    boolean aboutPeers =
        switch (event) {
          case NetworkEvent.PeerDiscovered discovered -> true;
          case NetworkEvent.PeerConnected connected -> true;
          case NetworkEvent.PeerIdentified identified -> true;
          case NetworkEvent.PeerDisconnected disconnected -> false;
          case NetworkEvent.HealthChanged changed -> false;
          case NetworkEvent.Listening listening -> false;
          case NetworkEvent.FaultEvent fault -> false;
          case NetworkEvent.SecurityEvent security -> false;
        };
    if (aboutPeers) changes.offer(event);
  }
}
