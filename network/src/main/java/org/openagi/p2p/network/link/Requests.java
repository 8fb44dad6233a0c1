package org.openagi.p2p.network.link;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RequestException;
import org.openagi.p2p.messaging.RequestException.Cause;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.messaging.router.CorrelatedHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that wait for their answers, and the handlers that answer those of others. Safe for any thread.
 *
 * @see "docs/wire/message-1.0.md, section 3.1"
 */
final class Requests {
  /** Most requests that wait for their answers at a time. */
  static final int MAX_PENDING = 10_000;

  /** Most bytes of the reason why a handler failed. */
  static final int MAX_REASON_BYTES = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  private final MessageService service;
  private final RandomGenerator random;
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;

  private final LongAdder asked = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder timedOut = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder answersDropped = new LongAdder();
  private final LongAdder served = new LongAdder();
  private final LongAdder servedFailed = new LongAdder();
  private final LongAdder answersLost = new LongAdder();

  /**
   * A table without requests.
   *
   * @param random for ids; good enough that two never meet
   */
  Requests(MessageService service, RandomGenerator random) {
    this.service = service;
    this.random = random;
  }

  /** Takes answers. */
  CorrelatedHandler answers() {
    return new CorrelatedHandler() {
      @Override
      public void onMessage(PeerId sender, NetworkMessage message) {
        onAnswer(sender, message);
      }

      @Override
      public boolean isQuick() {
        return true;
      }
    };
  }

  /** A request that waits. The peer is set before the request can reach it. */
  private static final class Pending {
    final long id;
    final NetworkMessage message;
    final Duration timeout;
    final CompletableFuture<NetworkMessage> future = new CompletableFuture<>();
    volatile @Nullable PeerId peer;
    volatile @Nullable Delivery delivery;

    Pending(long id, NetworkMessage message, Duration timeout) {
      this.id = id;
      this.message = message;
      this.timeout = timeout;
    }

    String describe() {
      Delivery sent = delivery;
      String name = sent == null || sent.messageId().isEmpty() ? "" : " " + sent.messageId();
      return "request" + name + " to " + message.recipientId();
    }
  }

  /**
   * Sends a request.
   *
   * @return completes on a virtual thread, with the answer or a {@link RequestException}
   */
  CompletableFuture<NetworkMessage> ask(
      NetworkMessage message,
      DeliveryOptions options,
      Duration timeout,
      MessageService.Submission submission) {
    if (timeout.toMillis() < 1 || timeout.compareTo(DeliveryOptions.MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException(
          "timeout " + timeout + " is not between 1 ms and " + DeliveryOptions.MAX_LIFETIME);
    }
    if (message.recipientId().equals(NetworkMessage.EVERYONE)) {
      throw new IllegalArgumentException("a request goes to one peer, not to everyone");
    }
    asked.increment();
    if (count.incrementAndGet() > MAX_PENDING) {
      count.decrementAndGet();
      refused.increment();
      return CompletableFuture.failedFuture(new RequestException(
          Cause.TOO_MANY_PENDING,
          null,
          "request to " + message.recipientId() + ": " + MAX_PENDING
              + " requests wait for their answers already"));
    }
    Pending mine = register(message, timeout);
    if (closed) close(); // whoever closes may not have seen this one
    else send(mine, options, submission);
    return mine.future;
  }

  private Pending register(NetworkMessage message, Duration timeout) {
    Pending made;
    do {
      made = new Pending(random.nextLong(), message, timeout);
    } while (pending.putIfAbsent(made.id, made) != null);
    Pending mine = made;
    mine.future.whenComplete((answer, failure) -> forget(mine)); // also when its user cancels it
    return mine;
  }

  private void send(Pending mine, DeliveryOptions options, MessageService.Submission submission) {
    arm(mine);
    DeliveryOptions limited =
        options.lifetime() == null ? options.withLifetime(mine.timeout) : options;
    Correlation correlation = new Correlation(Correlation.Kind.REQUEST, mine.id);
    Delivery delivery = submission.submit(mine.message.withCorrelation(correlation), limited);
    mine.delivery = delivery;
    delivery.outcome().thenAccept(end -> onEnd(mine, end));
  }

  private void arm(Pending mine) {
    try {
      var timer = service
          .control()
          .schedule(() -> onTimeout(mine), mine.timeout.toMillis(), TimeUnit.MILLISECONDS);
      mine.future.whenComplete((answer, failure) -> timer.cancel(false));
    } catch (RejectedExecutionException ending) {
      fail(mine, refused, Cause.CLOSED, null, "node is shutting down");
    }
  }

  /** The request goes to this peer: only its answer counts. Before it is sent. */
  void onSubmitted(long id, PeerId peer) {
    Pending mine = pending.get(id);
    if (mine != null) mine.peer = peer;
  }

  private boolean forget(Pending mine) {
    boolean mineStill = pending.remove(mine.id, mine);
    if (mineStill) count.decrementAndGet();
    return mineStill;
  }

  private void onEnd(Pending mine, Outcome end) {
    switch (end) {
      case Outcome.Acknowledged acknowledged -> {}
      case Outcome.Kept kept -> fail(mine, refused, Cause.CLOSED, null, kept.reason());
      case Outcome.Expired expired ->
        fail(mine, timedOut, Cause.TIMED_OUT, null, "not delivered: " + expired.reason());
      case Outcome.Refused why ->
        fail(
            mine,
            refused,
            Cause.REFUSED,
            why.reason(),
            "refused: " + why.reason() + ", " + why.detail());
    }
  }

  private void onTimeout(Pending mine) {
    Delivery delivery = mine.delivery;
    String state = delivery == null ? "not sent yet" : delivery.state().toString();
    String why = "no answer within " + mine.timeout.toMillis() + " ms; the request is " + state;
    fail(mine, timedOut, Cause.TIMED_OUT, null, why);
  }

  /** Returns false if the request had ended already. */
  private boolean fail(
      Pending mine, LongAdder counter, Cause cause, @Nullable RefusalReason refusal, String why) {
    if (!forget(mine)) return false;
    counter.increment();
    var failure = new RequestException(cause, refusal, mine.describe() + ": " + why);
    onVirtualThread(() -> mine.future.completeExceptionally(failure));
    return true;
  }

  private void onAnswer(PeerId sender, NetworkMessage answer) {
    Correlation correlation = answer.correlation();
    if (correlation == null) throw new IllegalArgumentException("no answer: " + answer);
    Pending mine = pending.get(correlation.id());
    boolean taken = mine != null
        && sender.equals(mine.peer)
        && (correlation.kind() == Correlation.Kind.FAILURE
            ? fail(
                mine, failed, Cause.HANDLER_FAILED, null, "its handler failed: " + reason(answer))
            : succeed(mine, answer));
    if (!taken) answersDropped.increment();
  }

  private boolean succeed(Pending mine, NetworkMessage answer) {
    if (!forget(mine)) return false;
    answered.increment();
    onVirtualThread(() -> mine.future.complete(answer));
    return true;
  }

  private static String reason(NetworkMessage failure) {
    Bytes payload = failure.payload();
    return payload.slice(0, Math.min(payload.length(), MAX_REASON_BYTES)).toUtf8();
  }

  private static void onVirtualThread(Runnable task) {
    Thread.ofVirtual().name("message-answer").start(task);
  }

  /** Runs a user's handler and sends what it says. */
  CorrelatedHandler serving(RequestHandler handler) {
    return new CorrelatedHandler() {
      @Override
      public void onMessage(PeerId sender, NetworkMessage request) throws InterruptedException {
        serve(handler, sender, request);
      }

      @Override
      public boolean isQuick() {
        return false;
      }
    };
  }

  private void serve(RequestHandler handler, PeerId sender, NetworkMessage request)
      throws InterruptedException {
    Bytes payload;
    Correlation.Kind kind;
    try {
      payload = handler.onRequest(request);
      if (payload.length() > NetworkMessage.MAX_PAYLOAD_BYTES) {
        throw new IllegalArgumentException("the answer has " + payload.length()
            + " bytes, allowed are " + NetworkMessage.MAX_PAYLOAD_BYTES);
      }
      kind = Correlation.Kind.REPLY;
      served.increment();
    } catch (Throwable e) { // user code: whatever it throws is the answer
      servedFailed.increment();
      service.faults().onRequestFailure(sender, request, e);
      payload = shortened(e.getMessage() == null ? e.toString() : e.getMessage());
      kind = Correlation.Kind.FAILURE;
    }
    answer(sender, request, kind, payload);
  }

  private void answer(PeerId sender, NetworkMessage request, Correlation.Kind kind, Bytes payload)
      throws InterruptedException {
    Correlation asking = request.correlation();
    if (asking == null) throw new IllegalArgumentException("no request: " + request);
    NetworkMessage answer = NetworkMessage.of(request.messageType(), sender.toString(), payload)
        .withCorrelation(new Correlation(kind, asking.id()));
    Delivery delivery = service.submitAwaiting(sender, answer, DeliveryOptions.DEFAULT);
    if (delivery.state().isEnd() && !delivery.outcome().join().isAcknowledged()) {
      answersLost.increment();
      LOG.atDebug()
          .addKeyValue("peer", sender.shortString())
          .addKeyValue("request", request.messageId())
          .addKeyValue("outcome", delivery.outcome().join())
          .log("no room for an answer");
    }
  }

  /** At most {@link #MAX_REASON_BYTES} of UTF-8, cut at a character. */
  private static Bytes shortened(String reason) {
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_REASON_BYTES);
    while (length < utf8.length && length > 0 && (utf8[length] & 0xc0) == 0x80) length--;
    return Bytes.copyOf(utf8, 0, length);
  }

  /** Fails what waits, and whatever comes. */
  void close() {
    closed = true;
    for (Pending each : pending.values())
      fail(each, refused, Cause.CLOSED, null, "node is shutting down");
  }

  RequestStats stats() {
    return new RequestStats(
        asked.sum(),
        answered.sum(),
        failed.sum(),
        timedOut.sum(),
        refused.sum(),
        answersDropped.sum(),
        served.sum(),
        servedFailed.sum(),
        answersLost.sum(),
        count.get());
  }
}
