package org.openagi.p2p.net.swarm;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.openagi.p2p.net.HostListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what happened, on {@code net-control}, in order. Safe for any thread. */
final class EventHub {
  private static final Logger log = LoggerFactory.getLogger(EventHub.class);

  private final EventExecutor control;
  private final List<HostListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong failures = new AtomicLong();

  EventHub(EventExecutor control) {
    this.control = control;
  }

  void add(HostListener listener) {
    listeners.add(listener);
  }

  void remove(HostListener listener) {
    listeners.remove(listener);
  }

  /** Tells all listeners; at once if called on {@code net-control}, else in the order of calls. */
  void fire(Consumer<HostListener> event) {
    if (control.inEventLoop()) tell(event);
    else control.execute(() -> tell(event));
  }

  private void tell(Consumer<HostListener> event) {
    for (HostListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        // A peer may be able to provoke it again and again: the first, then every power of two.
        long n = failures.incrementAndGet();
        if (Long.bitCount(n) == 1) {
          log.atWarn().addKeyValue("failures", n).setCause(e).log("a host listener threw");
        }
      }
    }
  }
}
