package org.openagi.p2p.network.transfer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.Done;
import org.openagi.p2p.messaging.transfer.TransferId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What users see of a transfer, and where the threads that work on it say how far they are. */
final class TransferHandle implements Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(TransferHandle.class);
  private static final long TELL_NANOS = 200_000_000L;

  private final TransferId id;
  private final String peer;
  private final String name;
  private final OptionalLong totalBytes;
  private final TimeSource time;
  private final long startNanos;
  private final Runnable canceller;
  private final List<TransferListener> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<TransferOutcome> outcome = new CompletableFuture<>();
  private volatile @Nullable Path file;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final RateMeter rate;
  private TransferState state = TransferState.OFFERED;
  private long movedBytes;
  private long durableBytes;
  private int streams;
  private long toldNanos;

  /**
   * @param canceller ends the work; called at most once for each call of {@link #cancel}
   */
  TransferHandle(
      TransferId id,
      String peer,
      String name,
      OptionalLong totalBytes,
      TimeSource time,
      Runnable canceller) {
    this.id = id;
    this.peer = peer;
    this.name = name;
    this.totalBytes = totalBytes;
    this.time = time;
    this.canceller = canceller;
    this.startNanos = time.nanoTime();
    this.toldNanos = startNanos;
    this.rate = new RateMeter(startNanos);
  }

  // ---- for the threads that work ---------------------------------------------------------------

  void setFile(Path target) {
    file = target;
  }

  void enter(TransferState next) {
    lock.lock();
    try {
      if (state.isLast() || state == next) return;
      state = next;
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** A stream carries it from an offset on. */
  void onStream(long offset) {
    lock.lock();
    try {
      streams++;
      movedBytes = offset;
      durableBytes = offset;
    } finally {
      lock.unlock();
    }
    enter(TransferState.RUNNING);
  }

  void onMoved(int bytes) {
    boolean tell;
    lock.lock();
    try {
      movedBytes += bytes;
      long now = time.nanoTime();
      rate.add(bytes, now);
      tell = now - toldNanos >= TELL_NANOS;
      if (tell) toldNanos = now;
    } finally {
      lock.unlock();
    }
    if (tell) tell();
  }

  void onDurable(long offset) {
    lock.lock();
    try {
      durableBytes = offset;
    } finally {
      lock.unlock();
    }
  }

  void complete(Done done) {
    int taken;
    lock.lock();
    try {
      movedBytes = done.size();
      durableBytes = done.size();
      taken = streams;
    } finally {
      lock.unlock();
    }
    Duration took = Duration.ofNanos(time.nanoTime() - startNanos);
    end(
        TransferState.COMPLETED,
        new TransferOutcome.Completed(done.size(), done.sha256(), took, taken));
  }

  void fail(TransferOutcome why) {
    end(TransferState.FAILED, why);
  }

  private void end(TransferState last, TransferOutcome result) {
    lock.lock();
    try {
      if (state.isLast()) return;
      state = last;
    } finally {
      lock.unlock();
    }
    outcome.completeAsync(
        () -> result, task -> Thread.ofVirtual().name("p2p-transfer-end").start(task));
    tell();
  }

  private void tell() {
    for (TransferListener listener : listeners) {
      try {
        listener.onChange(this);
      } catch (RuntimeException e) {
        LOG.atWarn().addKeyValue("transfer", id).setCause(e).log("a transfer's listener failed");
      }
    }
  }

  // ---- for users -------------------------------------------------------------------------------

  @Override
  public TransferId id() {
    return id;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  @Override
  public TransferState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public TransferProgress progress() {
    lock.lock();
    try {
      double perSecond = state == TransferState.RUNNING ? rate.perSecond(time.nanoTime()) : 0;
      return new TransferProgress(movedBytes, durableBytes, totalBytes, perSecond, streams);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void addListener(TransferListener listener) {
    listeners.add(listener);
  }

  @Override
  public void cancel() {
    if (!state().isLast()) canceller.run();
  }

  @Override
  public CompletableFuture<TransferOutcome> outcome() {
    return outcome.copy();
  }
}
