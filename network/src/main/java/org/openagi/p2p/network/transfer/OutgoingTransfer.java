package org.openagi.p2p.network.transfer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferLimits;
import org.openagi.p2p.messaging.transfer.TransferReason;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.stream.P2PStream;

/** A transfer to a peer, over as many streams as it takes. Its thread waits, tries, and waits again. */
final class OutgoingTransfer implements Runnable {
  private final TransferContext context;
  private final Supplier<CompletableFuture<PeerId>> peer;
  private final Offer offer;
  private final TransferSource source;
  private final long patienceNanos;
  private final TransferHandle handle;
  private final Consumer<TransferOutcome> onEnd;
  private final Marks marks = new Marks();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable TransferException stop;
  private volatile @Nullable SendAttempt current;

  // Of the thread.
  private int failedInRow;
  private long deadlineNanos;

  /**
   * @param peer looks the recipient up, anew for each attempt
   * @param to the recipient as the user named it
   * @param onEnd hears the outcome before the user does
   */
  OutgoingTransfer(
      TransferContext context,
      Supplier<CompletableFuture<PeerId>> peer,
      String to,
      Offer offer,
      TransferSource source,
      TransferOptions options,
      Consumer<TransferOutcome> onEnd) {
    this.context = context;
    this.peer = peer;
    this.offer = offer;
    this.source = source;
    this.patienceNanos = options.patience().toNanos();
    this.onEnd = onEnd;
    this.handle = new TransferHandle(
        offer.id(),
        to,
        offer.name(),
        offer.size(),
        context.time(),
        () -> stop(new TransferException(TransferReason.CANCELLED, "cancelled by the sender")));
  }

  TransferHandle handle() {
    return handle;
  }

  /** Ends it, once; any thread. */
  void stop(TransferException why) {
    if (stop == null) stop = why;
    stopped.countDown();
    SendAttempt attempt = current;
    if (attempt != null)
      Thread.ofVirtual().name("p2p-transfer-stop").start(() -> attempt.abort(why));
  }

  @Override
  public void run() {
    deadlineNanos = context.time().nanoTime() + patienceNanos;
    while (true) {
      switch (attempt()) {
        case SendAttempt.Result.Finished finished -> {
          onEnd.accept(new TransferOutcome.Completed(
              finished.done().size(), finished.done().sha256(), java.time.Duration.ZERO, 0));
          handle.complete(finished.done());
          return;
        }
        case SendAttempt.Result.Ended ended -> {
          fail(ended.outcome());
          return;
        }
        case SendAttempt.Result.Lost lost -> {
          TransferOutcome end = pause(lost);
          if (end != null) {
            fail(end);
            return;
          }
        }
      }
    }
  }

  private void fail(TransferOutcome outcome) {
    onEnd.accept(outcome);
    handle.fail(outcome);
  }

  /** Waits before the next attempt; the outcome if there is none. */
  private @Nullable TransferOutcome pause(SendAttempt.Result.Lost lost) {
    handle.enter(TransferState.INTERRUPTED);
    long now = context.time().nanoTime();
    if (now - deadlineNanos >= 0)
      return new TransferOutcome.Failed(
          lost.reason(),
          "no progress for " + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s; last: "
              + lost.cause());
    TransferConfig config = context.config();
    long longest = Math.min(
        config.retryMax().toNanos(), config.retryMin().toNanos() << Math.min(failedInRow, 20));
    failedInRow++;
    long nanos = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
    try {
      stopped.await(Math.min(nanos, deadlineNanos - now), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new TransferOutcome.Failed(TransferReason.CANCELLED, "interrupted");
    }
    return stopOutcome();
  }

  private @Nullable TransferOutcome stopOutcome() {
    TransferException why = stop;
    return why == null ? null : new TransferOutcome.Failed(why.reason(), why.detail());
  }

  private SendAttempt.Result attempt() {
    P2PStream stream;
    try {
      stream = open();
    } catch (ExecutionException e) {
      return notOpened(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      return lost("no stream within " + context.config().silenceLimit().toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ended(TransferReason.CANCELLED, "interrupted");
    }
    return attempt(stream);
  }

  private P2PStream open() throws ExecutionException, TimeoutException, InterruptedException {
    long limitMillis = context.config().silenceLimit().toMillis();
    PeerId found = peer.get().get(limitMillis, TimeUnit.MILLISECONDS);
    return context
        .host()
        .newStream(found, TransferLimits.PROTOCOL_ID)
        .toCompletableFuture()
        .get(limitMillis, TimeUnit.MILLISECONDS);
  }

  private SendAttempt.Result attempt(P2PStream stream) {
    SendAttempt attempt = new SendAttempt(context, stream, offer, source, marks, handle);
    current = attempt;
    TransferException why = stop;
    if (why != null) attempt.abort(why);
    SendAttempt.Result result = attempt.run();
    current = null;
    if (attempt.progressed()) {
      failedInRow = 0;
      deadlineNanos = context.time().nanoTime() + patienceNanos;
    }
    return result;
  }

  private static SendAttempt.Result notOpened(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof StreamException known
        && known.kind() == StreamException.Kind.UNSUPPORTED_PROTOCOL)
      return ended(TransferReason.NO_PROTOCOL, message);
    return lost(message);
  }

  private static SendAttempt.Result ended(TransferReason reason, String detail) {
    return new SendAttempt.Result.Ended(new TransferOutcome.Failed(reason, detail));
  }

  private static SendAttempt.Result lost(String cause) {
    return new SendAttempt.Result.Lost(TransferReason.UNREACHABLE, cause);
  }
}
