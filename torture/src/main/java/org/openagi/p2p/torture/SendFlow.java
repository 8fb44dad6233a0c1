package org.openagi.p2p.torture;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.network.P2PNetworkManager;

/**
 * Sends the planned messages of one node to another, in order, a bounded number at a time. Begins with what the
 * process before left open: the accepted ones are followed to their end, and of the others those with a user's id
 * are submitted again, which must not make them arrive twice.
 */
final class SendFlow {
  private static final int WINDOW = 400;

  private final Plan plan;
  private final NodeSettings settings;
  private final int from;
  private final int to;
  private final String recipient;
  private final Past past;
  private final Ledger ledger;
  private final P2PNetworkManager manager;
  private final LongAdder settled;
  private final Semaphore window = new Semaphore(WINDOW);
  private final Executor writers = task -> Thread.ofVirtual().start(task);
  private volatile boolean hushed;

  SendFlow(
      Plan plan,
      NodeSettings settings,
      int to,
      Past past,
      Ledger ledger,
      P2PNetworkManager manager,
      LongAdder settled) {
    this.plan = plan;
    this.settings = settings;
    this.from = settings.node();
    this.to = to;
    this.recipient = settings.peerOf(to);
    this.past = past;
    this.ledger = ledger;
    this.manager = manager;
    this.settled = settled;
  }

  /** Submits nothing more. Any thread. */
  void hush() {
    hushed = true;
  }

  /** Deliveries whose end is not known. Any thread. */
  int open() {
    return WINDOW - window.availablePermits();
  }

  /** Returns when all was submitted; blocks while the window is full. */
  void run() {
    past.open(to).forEach(this::resume);
    for (int number : past.uncertain(to)) {
      Planned message = plan.message(from, to, number);
      // The first of a short-lived one may have expired: then the second is a later message of its
      // own.
      if (message.givenId() != null && !message.isShortLived()) submit(message);
    }
    int count = plan.count(from, to);
    for (int number = past.next(to); number <= count && !hushed; number++) {
      Planned message = plan.message(from, to, number);
      window.acquireUninterruptibly();
      if (hushed) {
        window.release();
        return;
      }
      ledger.add("intent", to, number, System.currentTimeMillis());
      submitNow(message);
    }
  }

  /** Follows a message that an earlier process had accepted. */
  private void resume(int number, String id) {
    window.acquireUninterruptibly();
    Planned planned = plan.message(from, to, number);
    manager
        .delivery(id)
        .ifPresentOrElse(
            delivery -> follow(planned, delivery), () -> settled(planned, Fate.FORGOTTEN));
  }

  private void submit(Planned message) {
    window.acquireUninterruptibly();
    submitNow(message);
  }

  private void submitNow(Planned planned) {
    NetworkMessage.Builder message = NetworkMessage.builder()
        .recipientId(recipient)
        .messageType(planned.type())
        .payload(payload(planned));
    if (planned.givenId() != null) message.messageId(planned.givenId());
    DeliveryOptions options = DeliveryOptions.DEFAULT;
    if (planned.isShortLived()) {
      options = options.withLifetime(Duration.ofMillis(planned.lifetimeMillis()));
    }
    Delivery delivery = manager.submit(message.build(), options);
    delivery
        .accepted()
        .thenRunAsync(
            () -> ledger.add("accept", to, planned.number(), delivery.messageId()), writers);
    follow(planned, delivery);
  }

  private Bytes payload(Planned planned) {
    Bytes whole = plan.payload(planned);
    if (!settings.plant().spoils(Plant.ALTER, planned) || whole.isEmpty()) return whole;
    byte[] bytes = whole.toArray();
    bytes[bytes.length - 1] ^= 1;
    return Bytes.wrap(bytes);
  }

  private void follow(Planned planned, Delivery delivery) {
    delivery.outcome().thenAccept(outcome -> {
      boolean isEnd = !(outcome instanceof Outcome.Kept); // else the next process tells of it
      if (isEnd) settled(planned, word(outcome));
    });
  }

  private void settled(Planned planned, String word) {
    if (!settings.plant().spoils(Plant.SILENT, planned)) {
      ledger.add("settled", to, planned.number(), System.currentTimeMillis(), word);
    }
    settled.increment();
    window.release();
  }

  private static String word(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Acknowledged acknowledged -> "acknowledged";
      case Outcome.Expired expired -> "expired";
      case Outcome.Refused refused -> refused.reason() + " " + refused.detail();
      case Outcome.Kept kept -> throw new IllegalArgumentException("no end: " + kept);
    };
  }
}
