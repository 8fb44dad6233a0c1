package org.openagi.p2p.network.overlay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.EveryoneBody;
import org.openagi.p2p.network.link.BroadcastRoute;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.node.OverlayListener;
import org.openagi.p2p.overlay.node.OverlayNode;

/**
 * Messages to {@code *}, over the tree of the overlay. {@link #broadcast} is for any thread; what it queues, and all else, is the
 * overlay thread's.
 *
 * <p>Acknowledged means that every neighbour on the tree has it and answers for it from then on; nodes that can't be reached from
 * any of them within the time that messages are kept for repair (a minute) don't get it. A message to everyone is not written to
 * disk.
 */
public final class Everyone implements BroadcastRoute, OverlayListener {
  /** Messages that wait for their turn because more were sent in a second than one origin may; beyond it they are refused. */
  static final int WAITING_MAX = 1024;

  /** Bytes of these. */
  static final long WAITING_BYTES_MAX = 16L << 20;

  /** How soon those are looked at again. */
  private static final Duration RETRY = Duration.ofMillis(5);

  /** What a message needs besides its payload. */
  private static final int HEADER_BYTES = 256;

  /** Longest payload of a message to everyone. */
  public static final int MAX_PAYLOAD_BYTES = BroadcastMessage.MAX_PAYLOAD_BYTES - HEADER_BYTES;

  private static final String STOPPED = "the node is stopped";

  /** How exactly lifetimes are kept. */
  private static final Duration SWEEP = Duration.ofMillis(50);

  /** How long {@link #close} waits for neighbours to take over what was sent. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private record Waiting(EveryoneDelivery delivery, Bytes body) {}

  private final OverlayService overlay;
  private final BooleanSupplier isAnyoneConnected;
  private final TimeSource time;
  private final Duration lifetime;
  private final Function<PeerId, String> names;
  private final BiConsumer<PeerId, NetworkMessage> inbox;
  private final long epoch;
  private final AtomicLong sequence = new AtomicLong();
  private final AtomicInteger waitingMessages = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicLong expired = new AtomicLong();

  // The overlay thread's.
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Map<Long, EveryoneDelivery> sent = new LinkedHashMap<>();
  private boolean retrying;
  private boolean sweeping;

  /**
   * A way over an overlay that runs.
   *
   * @param isAnyoneConnected whether there is a connection at all, be it that of a neighbour that is about to be one
   * @param lifetime of messages that don't say otherwise
   * @param names what peers are called
   * @param inbox takes messages of others
   */
  public Everyone(
      OverlayService overlay,
      BooleanSupplier isAnyoneConnected,
      TimeSource time,
      Duration lifetime,
      Function<PeerId, String> names,
      BiConsumer<PeerId, NetworkMessage> inbox) {
    this.overlay = overlay;
    this.isAnyoneConnected = isAnyoneConnected;
    this.time = time;
    this.lifetime = lifetime;
    this.names = names;
    this.inbox = inbox;
    this.epoch = overlay.ask(node -> node.broadcast().epoch()).join();
  }

  // ---- out -----------------------------------------------------------------------------------

  @Override
  public Delivery broadcast(NetworkMessage given, DeliveryOptions options) {
    NetworkMessage message = given.withRecipient(NetworkMessage.EVERYONE);
    long number = sequence.incrementAndGet();
    String id = message.givenId();
    EveryoneDelivery delivery = new EveryoneDelivery(
        message,
        id == null ? EveryoneBody.idOf(epoch, number) : id,
        time.epochMillis(),
        options.lifetimeMillis() > 0 ? options.lifetimeMillis() : lifetime.toMillis(),
        options.listener());
    int length = message.payload().length();
    if (length > MAX_PAYLOAD_BYTES) {
      refuse(
          delivery,
          RefusalReason.TOO_LARGE,
          "a message to everyone has at most " + MAX_PAYLOAD_BYTES + " bytes, this one has "
              + length + "; send it to each peer, or as a file");
      return delivery;
    }
    if (!isAnyoneConnected.getAsBoolean()) {
      refuse(delivery, RefusalReason.NO_PROTOCOL, "nobody is connected");
      return delivery;
    }
    if (!reserve(length)) {
      refuse(
          delivery,
          RefusalReason.QUEUE_FULL,
          "messages to everyone that wait for their turn: " + waitingMessages.get()
              + ", allowed are " + WAITING_MAX + " or " + WAITING_BYTES_MAX + " bytes");
      return delivery;
    }
    Bytes body = new EveryoneBody(
            message.messageType(),
            number,
            message.givenId(),
            delivery.lifetimeMillis(),
            message.payload())
        .encode();
    Waiting queued = new Waiting(delivery, body);
    overlay
        .ask(node -> {
          waiting.add(queued);
          drain(node);
          sweepLater();
          return true;
        })
        .whenComplete((done, failure) -> {
          if (failure != null) refuse(delivery, RefusalReason.CLOSED, STOPPED);
        });
    return delivery;
  }

  private boolean reserve(int length) {
    int messages = waitingMessages.incrementAndGet();
    long bytes = waitingBytes.addAndGet(length);
    boolean fits = messages <= WAITING_MAX && bytes <= WAITING_BYTES_MAX;
    if (!fits) release(length);
    return fits;
  }

  private void release(int length) {
    waitingMessages.decrementAndGet();
    waitingBytes.addAndGet(-length);
  }

  private void refuse(EveryoneDelivery delivery, RefusalReason reason, String detail) {
    delivery.end(new Outcome.Refused(reason, detail), time.epochMillis());
  }

  private void drain(OverlayNode node) {
    Waiting next;
    while ((next = waiting.peek()) != null) {
      if (!next.delivery.isEnded()) {
        long number = node.broadcast().broadcast(next.body, time.nanoTime());
        if (number == 0) {
          retry();
          return;
        }
        sent.put(number, next.delivery);
        next.delivery.onSent();
      }
      waiting.remove();
      release(next.delivery.message().payload().length());
    }
  }

  private void retry() {
    if (retrying) return;
    retrying = true;
    overlay.executeLater(RETRY, () -> {
      retrying = false;
      overlay.ask(node -> {
        drain(node);
        return true;
      });
    });
  }

  private void sweepLater() {
    if (sweeping || isIdle()) return;
    sweeping = true;
    overlay.executeLater(SWEEP, () -> {
      sweeping = false;
      for (Waiting each : waiting) expire(each.delivery);
      sent.values().removeIf(this::expire);
      sweepLater();
    });
  }

  /** Ends a delivery whose lifetime is over; whether it has ended. */
  private boolean expire(EveryoneDelivery delivery) {
    long now = time.epochMillis();
    if (!delivery.isEnded() && now - delivery.createdAtMillis() > delivery.lifetimeMillis()) {
      String what = "no neighbour took it over within " + delivery.lifetimeMillis() + " ms";
      delivery.end(new Outcome.Expired(what), now);
    }
    return delivery.isEnded();
  }

  /** Waits a moment for what was sent, and refuses the rest. Blocks; before the overlay is closed. */
  public void close() {
    long end = time.nanoTime() + GRACE.toNanos();
    while (time.nanoTime() - end < 0 && !overlay.ask(node -> isIdle()).join()) {
      LockSupport.parkNanos(1_000_000);
    }
    overlay
        .ask(node -> {
          for (Waiting each : waiting) refuse(each.delivery, RefusalReason.CLOSED, STOPPED);
          for (EveryoneDelivery each : sent.values()) refuse(each, RefusalReason.CLOSED, STOPPED);
          return true;
        })
        .join();
  }

  private boolean isIdle() {
    return waiting.isEmpty() && sent.isEmpty();
  }

  // ---- in ------------------------------------------------------------------------------------

  @Override
  public void onBroadcastTaken(long number, int neighbours) {
    EveryoneDelivery delivery = sent.remove(number);
    if (delivery != null) delivery.end(Outcome.Acknowledged.INSTANCE, time.epochMillis());
  }

  @Override
  public void onBroadcast(BroadcastMessage message, PeerId by, int hops) {
    EveryoneBody body;
    try {
      body = EveryoneBody.decode(message.payload());
    } catch (ProtocolViolationException laterVersion) {
      unreadable.incrementAndGet();
      return;
    }
    if (time.epochMillis() - message.createdMillis() > body.lifetimeMillis()) {
      expired.incrementAndGet();
      return;
    }
    long epochOfSender = message.epoch();
    inbox.accept(
        message.origin(),
        NetworkMessage.received(
            number -> EveryoneBody.idOf(epochOfSender, number),
            body.sequence(),
            body.givenId(),
            names.apply(message.origin()),
            NetworkMessage.EVERYONE,
            body.type(),
            body.payload(),
            message.createdMillis(),
            NetworkMessage.DEFAULT_TTL));
  }

  /** Broadcasts whose content is not known here. Any thread. */
  @Override
  public long unreadable() {
    return unreadable.get();
  }

  /** Messages that arrived after their lifetime, by the clocks of sender and recipient. Any thread. */
  @Override
  public long expired() {
    return expired.get();
  }
}
