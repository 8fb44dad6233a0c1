package org.openagi.p2p.benchmarks.ours;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.network.P2PNetworkManager;

/** An application that sends as fast as its window of unacknowledged messages allows. */
final class WindowedSender implements Runnable, DeliveryListener {
  private final P2PNetworkManager manager;
  private final String recipient;
  private final Payloads payloads;
  private final int sizeBytes;
  private final int window;
  private final DeliveryOptions options = DeliveryOptions.DEFAULT.withListener(this);
  private final AtomicLong settled = new AtomicLong();
  private volatile long wakeAt = Long.MAX_VALUE;
  private volatile @Nullable String failure;
  private volatile @Nullable Thread sender;

  WindowedSender(P2PNetworkManager manager, String recipient, Settings settings) {
    this.manager = manager;
    this.recipient = recipient;
    this.payloads = new Payloads(settings.sizeBytes());
    this.sizeBytes = settings.sizeBytes();
    this.window = settings.window();
  }

  /** Messages acknowledged so far; any thread. */
  long acknowledged() {
    String why = failure;
    if (why != null) throw new IllegalStateException("a message was not acknowledged: " + why);
    return settled.get();
  }

  @Override
  public void run() {
    sender = Thread.currentThread();
    for (long submitted = 0; failure == null; submitted++) {
      if (submitted - settled.getAcquire() >= window) awaitRoom(submitted);
      Bytes payload = Bytes.copyOf(payloads.block(), payloads.next(), sizeBytes);
      manager.submit(NetworkMessage.data(recipient, payload), options);
    }
  }

  /** Called for one recipient and lane one after the other, so one writer counts. */
  @Override
  public void onSettled(Delivery delivery, Outcome outcome) {
    if (!outcome.isAcknowledged()) failure = outcome.toString();
    long now = settled.getPlain() + 1;
    settled.setRelease(now);
    if (now >= wakeAt) wake();
  }

  private void wake() {
    wakeAt = Long.MAX_VALUE;
    LockSupport.unpark(sender);
  }

  /** Sleeps until a part of the window is free; woken once, not for every message. */
  private void awaitRoom(long submitted) {
    long goal = submitted - window + Math.max(1, window / 8);
    while (settled.getAcquire() < goal && failure == null) {
      wakeAt = goal;
      if (settled.getAcquire() < goal) LockSupport.parkNanos(this, 1_000_000);
    }
    wakeAt = Long.MAX_VALUE;
  }
}
