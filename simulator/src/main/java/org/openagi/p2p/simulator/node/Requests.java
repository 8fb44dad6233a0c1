package org.openagi.p2p.simulator.node;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RequestException;
import org.openagi.p2p.messaging.RequestException.Cause;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/** The requests of one process that wait for their answers. */
final class Requests {
  private record Pending(PeerId peer, String what, CompletableFuture<NetworkMessage> future) {}

  private final MessageLayer layer;
  private final RandomGenerator random;
  private final Map<Long, Pending> pending = new HashMap<>();

  Requests(MessageLayer layer) {
    this.layer = layer;
    this.random = layer.random();
  }

  CompletableFuture<NetworkMessage> ask(
      PeerId peer, NetworkMessage message, DeliveryOptions options, Duration timeout) {
    long id = random.nextLong();
    Pending mine =
        new Pending(peer, "request to " + message.recipientId(), new CompletableFuture<>());
    pending.put(id, mine);
    DeliveryOptions limited = options.lifetime() == null ? options.withLifetime(timeout) : options;
    Correlation correlation = new Correlation(Correlation.Kind.REQUEST, id);
    OutboxEntry entry = layer.submit(
        peer,
        message.withCorrelation(correlation),
        limited.withListener((delivery, end) -> onEnd(id, end)));
    Outcome early = entry.end();
    if (early != null) onEnd(id, early);
    layer
        .tasks()
        .after(
            timeout.toNanos(),
            () ->
                fail(id, Cause.TIMED_OUT, null, "no answer within " + timeout.toMillis() + " ms"));
    return mine.future;
  }

  private void onEnd(long id, Outcome end) {
    switch (end) {
      case Outcome.Acknowledged acknowledged -> {}
      case Outcome.Kept kept -> fail(id, Cause.CLOSED, null, kept.reason());
      case Outcome.Expired expired ->
        fail(id, Cause.TIMED_OUT, null, "not delivered: " + expired.reason());
      case Outcome.Refused why -> fail(id, Cause.REFUSED, why, "refused: " + why.detail());
    }
  }

  private void fail(long id, Cause cause, Outcome.@Nullable Refused refused, String why) {
    Pending mine = pending.remove(id);
    if (mine == null) return;
    mine.future.completeExceptionally(new RequestException(
        cause, refused == null ? null : refused.reason(), mine.what + ": " + why));
  }

  /** An answer arrived; one that nobody waits for is dropped. */
  void onAnswer(PeerId sender, NetworkMessage answer) {
    Correlation correlation = answer.correlation();
    if (correlation == null) throw new IllegalArgumentException("no answer: " + answer);
    Pending mine = pending.get(correlation.id());
    if (mine == null || !mine.peer.equals(sender)) return;
    if (correlation.kind() == Correlation.Kind.FAILURE) {
      fail(correlation.id(), Cause.HANDLER_FAILED, null, "its handler failed: " + answer.text());
    } else {
      pending.remove(correlation.id());
      mine.future.complete(answer);
    }
  }

  /** Answers a request. */
  void serve(RequestHandler handler, PeerId sender, NetworkMessage request) {
    Correlation asking = request.correlation();
    if (asking == null) throw new IllegalArgumentException("no request: " + request);
    Correlation.Kind kind = Correlation.Kind.REPLY;
    Bytes payload;
    try {
      payload = handler.onRequest(request);
    } catch (Exception e) { // user code: whatever it throws is the answer
      kind = Correlation.Kind.FAILURE;
      payload = Bytes.ofUtf8(String.valueOf(e.getMessage()));
    }
    NetworkMessage answer = NetworkMessage.of(request.messageType(), sender.toString(), payload)
        .withCorrelation(new Correlation(kind, asking.id()));
    layer.submit(sender, answer, DeliveryOptions.DEFAULT);
  }
}
