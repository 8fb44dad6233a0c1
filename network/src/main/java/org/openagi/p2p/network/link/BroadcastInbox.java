package org.openagi.p2p.network.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.router.HandlerTable;

/**
 * Hands messages to everyone over to handlers: in order for each sender, on a virtual thread while there are some. A sender is
 * not held up by slow handlers, so what they can't keep up with is dropped and counted. Safe for any thread.
 */
public final class BroadcastInbox {
  /** Messages of one sender that wait for handlers. */
  static final int WAITING_PER_SENDER_MAX = 4096;

  /** Bytes of all that wait. */
  static final long WAITING_BYTES_MAX = 32L << 20;

  /** What a message takes besides its payload, roughly. */
  private static final int OVERHEAD_BYTES = 256;

  private final HandlerTable handlers;
  private final ReceiveConfig config;
  private final InboxServices.FailureListener failures;
  private final LongAdder dropped = new LongAdder();
  private final LongAdder unhandled = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock; a sender is in it while a thread works for it. */
  private final Map<PeerId, Deque<NetworkMessage>> waiting = new HashMap<>();

  /** Guarded by lock. */
  private long waitingBytes;

  private volatile boolean closed;

  BroadcastInbox(
      HandlerTable handlers, ReceiveConfig config, InboxServices.FailureListener failures) {
    this.handlers = handlers;
    this.config = config;
    this.failures = failures;
  }

  /** A message to everyone arrived; its signature was checked, and it is no repetition. Never blocks. */
  public void take(PeerId sender, NetworkMessage message) {
    boolean isFirst = false;
    lock.lock();
    try {
      Deque<NetworkMessage> queue = waiting.get(sender);
      boolean isFull = queue != null && queue.size() >= WAITING_PER_SENDER_MAX;
      if (closed || isFull || waitingBytes + sizeOf(message) > WAITING_BYTES_MAX) {
        dropped.increment();
        return;
      }
      if (queue == null) {
        queue = new ArrayDeque<>(2);
        waiting.put(sender, queue);
        isFirst = true;
      }
      queue.add(message);
      waitingBytes += sizeOf(message);
    } finally {
      lock.unlock();
    }
    if (isFirst) Thread.ofVirtual().name("broadcast-handlers").start(() -> drain(sender));
  }

  /** Messages that were dropped because handlers were too slow. */
  public long dropped() {
    return dropped.sum();
  }

  /** Messages of a type that nobody handles here. */
  public long unhandled() {
    return unhandled.sum();
  }

  void close() {
    closed = true;
  }

  private static long sizeOf(NetworkMessage message) {
    return (long) message.payload().length() + OVERHEAD_BYTES;
  }

  private void drain(PeerId sender) {
    NetworkMessage next;
    while ((next = poll(sender)) != null) handle(sender, next);
  }

  private @Nullable NetworkMessage poll(PeerId sender) {
    lock.lock();
    try {
      Deque<NetworkMessage> queue = waiting.get(sender);
      NetworkMessage next = queue == null || closed ? null : queue.poll();
      if (next == null) waiting.remove(sender);
      else waitingBytes -= sizeOf(next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void handle(PeerId sender, NetworkMessage message) {
    MessageHandler[] all = handlers.handlersOf(message.messageType());
    if (all.length == 0) unhandled.increment();
    for (MessageHandler handler : all) hand(handler, sender, message);
  }

  private void hand(MessageHandler handler, PeerId sender, NetworkMessage message) {
    long pause = config.retryMin().toNanos();
    for (int attempt = 1; attempt <= 1 + config.retryAttempts() && !closed; attempt++) {
      NetworkMessage handed = message.withAttempt(attempt);
      try {
        handler.onMessage(handed);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (
          Throwable e) { // of code that is not ours; others are told, and the next message comes
        failures.onHandlerFailure(sender, handed, e);
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, config.retryMax().toNanos());
    }
  }
}
