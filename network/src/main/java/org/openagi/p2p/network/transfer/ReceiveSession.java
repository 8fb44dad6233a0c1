package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.Done;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.ReceiverEvent;
import org.openagi.p2p.messaging.transfer.ReceivingEnd;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferFrames;
import org.openagi.p2p.messaging.transfer.TransferLimits;
import org.openagi.p2p.messaging.transfer.TransferReason;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream of an incoming transfer, from its offer to its end. Has a virtual thread of its own. */
final class ReceiveSession implements Runnable {
  /** How often a session looks whether its stream is still there while the application decides. */
  private static final long DECISION_POLL_MILLIS = 250;

  private static final long GIVE_WAY_SECONDS = 10;
  private static final long CLOSE_SECONDS = 3;
  private static final Logger LOG = LoggerFactory.getLogger(ReceiveSession.class);

  /** What the session needs of the service. */
  interface Owner {
    /** Asks the application, on a thread of its own. */
    void ask(IncomingTransfer transfer);

    /** What was received to its end under that key, before. */
    Optional<Done> received(IncomingTransfer.Key key);

    /** Remembers that. */
    void onReceived(IncomingTransfer.Key key, Done done);
  }

  private final TransferContext context;
  private final IncomingTransfers transfers;
  private final Owner owner;
  private final P2PStream stream;
  private final PublicKey senderKey;
  private final FrameInput in;
  private final FrameOutput out;
  private final Runnable onOffer;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable TransferException stop;

  // Of the thread.
  private long durable;
  private long durableNanos;
  private long contentNanos;

  /**
   * @param onOffer called once, when the offer has arrived or will not
   */
  ReceiveSession(
      TransferContext context,
      IncomingTransfers transfers,
      Owner owner,
      P2PStream stream,
      PublicKey senderKey,
      Runnable onOffer) {
    this.context = context;
    this.transfers = transfers;
    this.owner = owner;
    this.stream = stream;
    this.senderKey = senderKey;
    this.onOffer = onOffer;
    this.in = new FrameInput(stream.input());
    this.out = new FrameOutput(stream, context);
  }

  /** Ends the stream for a reason of this side; any thread. */
  void abort(TransferException why) {
    if (stop != null) return;
    stop = why;
    out.farewell(TransferFrames.REFUSE, why);
  }

  /** Ends, because the sender has opened another stream for the transfer; waits for that. */
  void giveWay() throws TransferException, InterruptedException {
    stream.reset();
    if (!ended.await(GIVE_WAY_SECONDS, TimeUnit.SECONDS))
      throw new TransferException(
          TransferReason.BUSY, "the transfer is still busy with an earlier stream");
  }

  /** Waits a little for the end, at the end of the node. */
  void awaitEnd() {
    try {
      if (!ended.await(CLOSE_SECONDS, TimeUnit.SECONDS))
        LOG.atInfo().addKeyValue("stream", stream).log("a transfer did not end in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try {
      serve();
    } catch (TransferException e) {
      context.counters().onEnded(e.reason());
      if (!e.isByPeer()) abort(e);
      stream.close();
    } catch (IOException e) {
      stream.reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stream.reset();
    } finally {
      ended.countDown();
    }
  }

  private void serve() throws IOException, TransferException, InterruptedException {
    Offer offer = readOffer();
    IncomingTransfer.Key key = new IncomingTransfer.Key(stream.remotePeer(), offer.id());
    Optional<Done> before = owner.received(key);
    if (before.isPresent()) {
      out.write(before.get().toFrame());
      stream.close();
      return;
    }
    IncomingTransfer transfer = transfers.enter(this, key, offer);
    Future<?> alive = context.keepAlive(out);
    try {
      work(transfer);
    } finally {
      alive.cancel(false);
    }
  }

  private Offer readOffer() throws IOException, TransferException {
    try {
      stream.setReadTimeout(context.config().offerLimit());
      in.next(TransferLimits.MAX_OFFER_BYTES);
      if (in.type() != TransferFrames.OFFER)
        throw new TransferException(
            TransferReason.PROTOCOL_VIOLATION, "frame " + in.type() + " where an offer belongs");
      return Offer.open(in.body(), in.length(), senderKey, context.host().peerId());
    } finally {
      onOffer.run();
    }
  }

  /** Everything after which the transfer is over or waits for another stream. */
  private void work(IncomingTransfer transfer) throws IOException, InterruptedException {
    ReceivingEnd end = new ReceivingEnd(
        transfer.offer(), senderKey, context.host().peerId(), context.config().maxSizeBytes());
    try {
      ReceivingStore store = store(transfer);
      Done done = receive(transfer, store, end);
      complete(transfer, store, done);
    } catch (TransferException e) {
      onEnded(transfer, end, e);
    } catch (IOException e) {
      TransferException own = stop;
      if (own != null) onEnded(transfer, end, own);
      else onLost(transfer, end, e);
    }
  }

  // ---- getting ready ---------------------------------------------------------------------------

  private ReceivingStore store(IncomingTransfer transfer)
      throws IOException, TransferException, InterruptedException {
    ReceivingStore known = transfer.store();
    if (known != null) return known;
    if (transfer.ask()) owner.ask(transfer);
    IncomingTransfer.Opener opener = awaitDecision(transfer.decision());
    ReceivingStore made = stored(opener::open);
    transfer.setStore(made);
    return made;
  }

  private IncomingTransfer.Opener awaitDecision(CompletableFuture<IncomingTransfer.Opener> decision)
      throws IOException, TransferException, InterruptedException {
    long startNanos = context.time().nanoTime();
    while (true) {
      try {
        return decision.get(DECISION_POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TransferException refused) throw refused;
        throw new IllegalStateException(e.getCause());
      } catch (TimeoutException e) {
        if (!stream.isOpen() || stop != null)
          throw new IOException("the stream ended before the offer was decided", e);
        if (context.time().nanoTime() - startNanos
            > context.config().stallLimit().toNanos())
          throw new TransferException(TransferReason.DECLINED, "nobody has decided in time");
      }
    }
  }

  // ---- receiving -------------------------------------------------------------------------------

  private Done receive(IncomingTransfer transfer, ReceivingStore store, ReceivingEnd end)
      throws IOException, TransferException {
    TransferHandle handle = transfer.handle();
    handle.enter(TransferState.CHECKING);
    Optional<Done> before = stored(store::alreadyComplete);
    if (before.isPresent()) return before.get();
    ContentDigest has = stored(store::open);
    stream.setReadTimeout(context.config().silenceLimit());
    out.write(end.accept(has));
    contentNanos = context.time().nanoTime();
    while (true) {
      in.next(TransferLimits.MAX_BODY_BYTES);
      switch (end.onFrame(in.type(), in.body(), in.length())) {
        case ReceiverEvent.Started started ->
          onStarted(started.offset(), has.position(), store, handle);
        case ReceiverEvent.Data data -> onData(store, handle);
        case ReceiverEvent.Complete complete -> {
          stored(() -> {
            store.complete(complete.done());
            return true;
          });
          return complete.done();
        }
        case ReceiverEvent.Alive alive -> requireProgress();
      }
      syncIfDue(store, end, handle);
    }
  }

  private void onStarted(long offset, long had, ReceivingStore store, TransferHandle handle)
      throws TransferException {
    if (offset == 0 && had > 0) {
      stored(() -> {
        store.restart();
        return true;
      });
    }
    durable = offset;
    durableNanos = context.time().nanoTime();
    handle.onStream(offset);
  }

  private void onData(ReceivingStore store, TransferHandle handle) throws TransferException {
    stored(() -> {
      store.write(in.body(), 0, in.length());
      return true;
    });
    contentNanos = context.time().nanoTime();
    context.counters().bytesReceived.add(in.length());
    handle.onMoved(in.length());
  }

  private void requireProgress() throws TransferException {
    if (context.time().nanoTime() - contentNanos > context.config().stallLimit().toNanos())
      throw new TransferException(
          TransferReason.IDLE,
          "no content for " + context.config().stallLimit().toSeconds() + " s");
  }

  private void syncIfDue(ReceivingStore store, ReceivingEnd end, TransferHandle handle)
      throws IOException, TransferException {
    long pending = end.position() - durable;
    if (pending <= 0) return;
    boolean due = pending >= context.config().syncBytes()
        || contentNanos - durableNanos >= context.config().syncInterval().toNanos();
    if (!due) return;
    ContentDigest digest = end.digest();
    stored(() -> {
      store.checkpoint(digest);
      return true;
    });
    durable = digest.position();
    durableNanos = context.time().nanoTime();
    handle.onDurable(durable);
    out.write(end.ack(durable));
  }

  // ---- ending ----------------------------------------------------------------------------------

  private void complete(IncomingTransfer transfer, ReceivingStore store, Done done) {
    owner.onReceived(transfer.key(), done);
    try {
      store.forget();
      out.write(done.toFrame());
      stream.close();
    } catch (IOException e) {
      // The sender asks again, and is told then.
      stream.reset();
    }
    transfers.remove(transfer);
    store.close();
    context.counters().received.increment();
    transfer.handle().complete(done);
  }

  /** Nothing of this transfer is under way any more. */
  private void onEnded(IncomingTransfer transfer, ReceivingEnd end, TransferException why) {
    if (!why.isByPeer()) abort(why);
    stream.close();
    context.counters().onEnded(why.reason());
    transfers.remove(transfer);
    ReceivingStore store = transfer.store();
    if (store != null) {
      if (isPointless(why.reason())) store.discard();
      else keep(store, end, why.reason());
    }
    transfer
        .handle()
        .fail(
            why.isByPeer()
                ? new TransferOutcome.Refused(why.reason(), why.detail())
                : new TransferOutcome.Failed(why.reason(), why.detail()));
  }

  /** What arrived may be used by a later transfer of the same id; what is in doubt is left out. */
  private static void keep(ReceivingStore store, ReceivingEnd end, TransferReason reason) {
    try {
      boolean sound = reason == TransferReason.GOING_AWAY || reason == TransferReason.IDLE;
      if (sound) store.suspend(end.digest());
    } catch (IOException e) {
      LOG.atInfo().setCause(e).log("the last part of a partial file will be sent again");
    }
    store.close();
  }

  private static boolean isPointless(TransferReason reason) {
    return switch (reason) {
      case CANCELLED, SOURCE_CHANGED, BAD_SIGNATURE, TOO_LARGE -> true;
      default -> false;
    };
  }

  private void onLost(IncomingTransfer transfer, ReceivingEnd end, IOException cause) {
    stream.reset();
    LOG.atDebug()
        .addKeyValue("peer", stream.remotePeer().shortString())
        .addKeyValue("transfer", transfer.key().id())
        .addKeyValue("bytes", end.position())
        .addKeyValue("cause", String.valueOf(cause.getMessage()))
        .log("transfer interrupted");
    ReceivingStore store = transfer.store();
    try {
      if (store != null) store.suspend(end.digest());
    } catch (IOException e) {
      onEnded(transfer, end, failed(e));
      return;
    }
    transfer.handle().enter(TransferState.INTERRUPTED);
    transfers.park(this, transfer);
  }

  private interface Storing<T> {
    T run() throws IOException;
  }

  private static <T> T stored(Storing<T> work) throws TransferException {
    try {
      return work.run();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static TransferException failed(IOException e) {
    String message = String.valueOf(e.getMessage());
    boolean full = message.contains("No space left");
    // The path is this node's own affair.
    return new TransferException(
        full ? TransferReason.NO_SPACE : TransferReason.STORAGE_FAILED,
        full ? "no space left" : e.getClass().getSimpleName());
  }
}
