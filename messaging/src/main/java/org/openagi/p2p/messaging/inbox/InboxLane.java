package org.openagi.p2p.messaging.inbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkReader;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.router.CorrelatedHandler;

/**
 * Messages of one sender, lane and epoch: decodes what its streams received, skips duplicates, and hands the
 * rest to the handlers, in order and once.
 *
 * <p>{@link #drain} is run by one task at a time and owns everything but what is named otherwise; it may block
 * in a handler for as long as that likes. The streams' executors reach in through {@link #schedule}, {@link
 * #handledEnd} and the list of refusals, which has a lock.
 *
 * <p>Invariant: every number below {@link #handledEnd} was handled, refused, or given up by its sender.
 */
final class InboxLane {
  /** Streams of one lane at a time: one in use, others dying. */
  static final int MAX_STREAMS = 4;

  /** Refusals no stream has reported yet; the lane pauses there. */
  static final int MAX_UNREPORTED = 1024;

  /** Refusals kept for a sender that lost the acknowledgement. */
  static final int MAX_REMEMBERED = 2 * MAX_UNREPORTED;

  /** Time of handlers on an event loop after which they are reported. */
  static final long SLOW_NANOS = 10_000_000;

  private static final int CLOCK_EVERY = 16;

  private static final VarHandle HANDLED_END;

  static {
    try {
      HANDLED_END = MethodHandles.lookup().findVarHandle(InboxLane.class, "handledEnd", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final InboxServices services;
  private final PeerId sender;
  private final SenderInbox memory;
  private final Lane lane;
  private final NetworkMessage.Numbering numbering;
  private final InboxLog log;
  private final Lease lease;
  private final long redeliveredEnd;

  private final CopyOnWriteArrayList<ReceiveStream> streams = new CopyOnWriteArrayList<>();
  private final AtomicInteger wakeUps = new AtomicInteger();
  private long handledEnd; // written by the drain with release, read elsewhere with acquire
  private volatile long acknowledgedEnd = 1;
  private long reportedEnd = 1; // guarded by the lock of refusals

  private final ReentrantLock refusalLock = new ReentrantLock();
  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();
  private volatile int unreported;
  private volatile boolean pausedByRefusals;

  private @Nullable ReceiveStream current;
  private @Nullable ChunkTask currentTask;
  private @Nullable NetworkMessage pending;
  private int pendingHandler;
  private long retryAtNanos;
  private boolean retryArmed;
  private long clockNanos;
  private int clockCountdown;
  private int handledInTask;

  InboxLane(InboxServices services, PeerId sender, SenderInbox memory, Lane lane, long epoch) {
    this.services = services;
    this.sender = sender;
    this.memory = memory;
    this.lane = lane;
    this.numbering = new LaneNumbering(epoch, lane);
    this.log = services.store().inbox(sender, lane, epoch);
    this.lease = new Lease(log);
    this.redeliveredEnd = log.redeliveredEnd();
    this.handledEnd = log.handledEnd();
    this.acknowledgedEnd = log.acknowledgedEnd();
    this.reportedEnd = acknowledgedEnd;
    refusals.addAll(log.refusals());
    this.unreported =
        (int) refusals.stream().filter(r -> r.number() >= reportedEnd).count();
    log.setWakeUp(this::onStored);
    lease.prepare(handledEnd);
  }

  Lane lane() {
    return lane;
  }

  /** Adds a stream; false if there are too many. Any thread, under the inbox's lock. */
  boolean addStream(ReceiveStream stream) {
    return streams.size() < MAX_STREAMS && streams.add(stream);
  }

  /** Forgets a stream. Any thread. */
  void removeStream(ReceiveStream stream) {
    streams.remove(stream);
    schedule();
  }

  boolean hasStreams() {
    return !streams.isEmpty();
  }

  /** One more than the last settled number. Any thread. */
  long handledEnd() {
    return (long) HANDLED_END.getAcquire(this);
  }

  private void advanceTo(long end) {
    HANDLED_END.setRelease(this, end);
    log.onHandled(end);
  }

  /**
   * Numbers below were handled and verified: asks to keep that. Any thread.
   *
   * @return the end up to which they may be acknowledged already
   */
  long settle(long end) {
    log.settle(end);
    return Math.min(end, log.acknowledgeableEnd());
  }

  /** The store got further: acknowledgements and leases may go on. Any thread. */
  private void onStored() {
    boolean onLoop = isQuick() && hasStreams(); // then a stream's executor goes on
    for (ReceiveStream stream : streams) stream.tellProgress();
    if (lease.isAwaited() && !onLoop) schedule();
  }

  /** Goes on with what waited for a lease, if that may be done on an event loop. A stream's executor. */
  void resumeHere() {
    if (lease.isAwaited() && isQuick()) drainHere();
  }

  /** One more than the last acknowledged number. Any thread. */
  long acknowledgedEnd() {
    return acknowledgedEnd;
  }

  /**
   * Numbers below are acknowledged. Any thread.
   *
   * @param reported whether the sender has been told, so that their refusals need not be reported again
   */
  void acknowledged(long end, boolean reported) {
    refusalLock.lock();
    try {
      if (end > acknowledgedEnd) acknowledgedEnd = end;
    } finally {
      refusalLock.unlock();
    }
    if (reported) reported(end);
  }

  /** The sender knows what became of the numbers below: their refusals need not be reported again. Any thread. */
  void reported(long end) {
    refusalLock.lock();
    try {
      if (end <= reportedEnd) return;
      reportedEnd = end;
      int left = 0;
      for (Refusal refusal : refusals) if (refusal.number() >= end) left++;
      unreported = left;
      if (left < MAX_UNREPORTED && pausedByRefusals) {
        pausedByRefusals = false;
        schedule();
      }
    } finally {
      refusalLock.unlock();
    }
  }

  /**
   * What a receipt says: as far as so many exceptions reach. Any thread.
   *
   * @param from lowest number that is not settled for the sender
   */
  Ack receipt(long from, int maxExceptions) {
    long settled = Math.max(acknowledgedEnd, from) - 1;
    List<Refusal> lowest = new ArrayList<>();
    refusalLock.lock();
    try {
      for (Refusal refusal : refusals) {
        if (refusal.number() < from || refusal.number() > settled) continue;
        if (lowest.size() == maxExceptions) {
          settled = refusal.number() - 1;
          break;
        }
        lowest.add(refusal);
      }
    } finally {
      refusalLock.unlock();
    }
    return new Ack(settled, lowest.reversed());
  }

  /** The refusals with numbers in a range, in descending order, the highest if too many. Any thread. */
  List<Refusal> refusalsBetween(long from, long end, int max) {
    List<Refusal> found = new ArrayList<>();
    refusalLock.lock();
    try {
      var newestFirst = refusals.descendingIterator();
      while (newestFirst.hasNext() && found.size() < max) {
        Refusal refusal = newestFirst.next();
        if (refusal.number() < from) break;
        if (refusal.number() < end) found.add(refusal);
      }
    } finally {
      refusalLock.unlock();
    }
    return found;
  }

  boolean hasRefusals() {
    return unreported > 0;
  }

  /** There may be work: makes sure that a drain runs after this. Any thread. */
  void schedule() {
    if (wakeUps.getAndIncrement() == 0) services.scheduler().run(this::drain);
  }

  /** Whether all its handlers promise not to block. Any thread. */
  boolean isQuick() {
    return services.handlers().areQuick(lane);
  }

  /** Drains on this thread if no other does; else makes sure that a drain runs after this. */
  void drainHere() {
    if (wakeUps.getAndIncrement() != 0) return;
    long start = services.time().nanoTime();
    drain();
    long took = services.time().nanoTime() - start;
    if (took > SLOW_NANOS) services.failures().onSlowHandler(sender, lane, took);
  }

  private void drain() {
    int seen = wakeUps.get();
    do {
      drainAll();
      seen = wakeUps.addAndGet(-seen);
    } while (seen != 0);
  }

  /** Returns false if it waits for a retry or for refusals to be reported. */
  private boolean drainAll() {
    if (pausedByRefusals) return false;
    if (pending != null && !retryPending()) return false;
    if (currentTask != null && !finishCurrent()) return false;
    for (ReceiveStream stream : streams) {
      ChunkTask task;
      while ((task = stream.pollTask()) != null) {
        current = stream;
        currentTask = task;
        if (!startCurrent() || !finishCurrent()) return false;
      }
    }
    return true;
  }

  private boolean startCurrent() {
    ReceiveStream stream = current;
    ChunkTask task = currentTask;
    if (stream == null || task == null) return true;
    clockCountdown = 0;
    try {
      if (handledEnd < stream.helloFirst()) advanceTo(stream.helloFirst());
      if (task.header().first() > handledEnd) {
        throw violation("chunk starts at " + task.header().first() + ", expected " + handledEnd);
      }
      stream.startReading(task);
      return true;
    } catch (ProtocolViolationException e) {
      stream.failFromDrain(e);
      currentTask = null;
      return true;
    }
  }

  /** Goes through the rest of the current chunk. Returns false if it has to wait. */
  private boolean finishCurrent() {
    ReceiveStream stream = current;
    ChunkTask task = currentTask;
    if (stream == null || task == null) return true;
    try {
      ChunkReader reader = stream.reader();
      int what;
      while (!stream.isOver() && (what = reader.next()) != ChunkReader.END) {
        if (what == ChunkReader.HOLE) {
          advanceTo(Math.max(handledEnd, reader.number() + reader.holeLength()));
        } else if (reader.number() >= handledEnd && !take(reader, task)) {
          return false;
        }
      }
    } catch (ProtocolViolationException e) {
      stream.failFromDrain(e);
    }
    currentTask = null;
    services.counters().handled.add(handledInTask);
    handledInTask = 0;
    stream.finished(task.wireBytes());
    return true;
  }

  /** Takes the reader's message. Returns false if it has to wait. */
  private boolean take(ChunkReader reader, ChunkTask task) {
    RefusalReason reason = reasonToRefuse(reader, task);
    if (reason != null) return refuse(reader.number(), reason, detail(reason, reader));
    NetworkMessage message = NetworkMessage.received(
        numbering,
        reader.number(),
        reader.id(),
        task.senderName(),
        reader.isBroadcast() ? NetworkMessage.EVERYONE : services.selfName(),
        reader.type(),
        reader.payload(),
        reader.timestamp(),
        reader.ttl() - 1);
    Correlation correlation = reader.correlation();
    if (correlation != null) message = message.withCorrelation(correlation);
    String id = reader.id();
    if (id != null && memory.wasHandled(id)) {
      services.counters().duplicates.increment();
      advanceTo(reader.number() + 1);
      return true;
    }
    pendingHandler = 0;
    if (reader.number() < redeliveredEnd) message = message.asRedelivered();
    if (lease.covers(reader.number())) return handle(message);
    pending = message;
    retryAtNanos = services.time().nanoTime();
    return false;
  }

  private @Nullable RefusalReason reasonToRefuse(ChunkReader reader, ChunkTask task) {
    if (reader.unknownOption() >= 0) return RefusalReason.UNSUPPORTED;
    if (reader.isTooLarge()) return RefusalReason.TOO_LARGE;
    if (reader.ttl() == 0) return RefusalReason.TTL_EXCEEDED;
    if (isExpired(reader, task)) return RefusalReason.EXPIRED;
    if (!services.handlers().isHandled(reader.type(), reader.correlation())) {
      return RefusalReason.NO_HANDLER;
    }
    return null;
  }

  private String detail(RefusalReason reason, ChunkReader reader) {
    return switch (reason) {
      case UNSUPPORTED -> "option " + reader.unknownOption() + " is not known here";
      case TOO_LARGE ->
        "payload of " + reader.payloadLength() + " bytes, allowed are "
            + services.config().maxMessageBytes();
      case TTL_EXCEEDED -> "ttl 0";
      case EXPIRED -> "waited for a handler longer than its lifetime";
      case NO_HANDLER ->
        reader.correlation() == null
            ? "no handler for " + reader.type()
            : "no handler for a " + reader.type() + " " + reader.correlation().kind();
      default -> "";
    };
  }

  private boolean isExpired(ChunkReader reader, ChunkTask task) {
    if (--clockCountdown < 0) {
      clockCountdown = CLOCK_EVERY;
      clockNanos = services.time().nanoTime();
    }
    long millis = reader.lifetimeMillis() == 0 ? task.lifetimeMillis() : reader.lifetimeMillis();
    return (clockNanos - task.arrivalNanos()) / 1_000_000 > millis;
  }

  /** Runs the handlers from the one that is next. Returns false if the message has to wait. */
  private boolean handle(NetworkMessage message) {
    try {
      Correlation correlation = message.correlation();
      if (correlation == null) runHandlers(message);
      else runHandler(message, correlation);
    } catch (Throwable e) { // user code: whatever it throws means "not handled"
      return onHandlerFailure(message, e);
    }
    String id = message.givenId();
    if (id != null) memory.markHandled(id);
    pending = null;
    handledInTask++;
    advanceTo(handledEnd + 1);
    return true;
  }

  private void runHandlers(NetworkMessage message) throws Exception {
    MessageHandler[] handlers = services.handlers().handlersOf(message.messageType());
    while (pendingHandler < handlers.length) {
      handlers[pendingHandler].onMessage(message);
      pendingHandler++;
    }
  }

  private void runHandler(NetworkMessage message, Correlation correlation) throws Exception {
    CorrelatedHandler handler = services.handlers().handlerOf(message.messageType(), correlation);
    if (handler != null) handler.onMessage(sender, message);
  }

  private boolean onHandlerFailure(NetworkMessage message, Throwable cause) {
    services.counters().handlerFailures.increment();
    services.failures().onHandlerFailure(sender, message, cause);
    int failures = message.attempt();
    if (failures > services.config().retryAttempts()) {
      pending = null;
      return refuse(
          handledEnd, RefusalReason.HANDLER_FAILED, failures + " attempts, last: " + cause);
    }
    pending = message.withAttempt(failures + 1);
    long min = services.config().retryMin().toNanos();
    long max = services.config().retryMax().toNanos();
    long pause = jittered(Math.min(max, min << Math.min(failures - 1, 20)));
    retryAtNanos = services.time().nanoTime() + pause;
    armRetry(pause);
    return false;
  }

  /**
   * Between three quarters of a pause and the whole of it, by where the message stands: so lanes that failed for the same
   * reason at the same moment do not try again at the same moment.
   */
  private long jittered(long pauseNanos) {
    long mixed = ((sender.hashCode() * 31L + handledEnd) * 0x9e3779b97f4a7c15L) >>> 33;
    return pauseNanos - mixed % (pauseNanos / 4 + 1);
  }

  private void armRetry(long pauseNanos) {
    retryArmed = true;
    services.scheduler().runAfter(this::schedule, pauseNanos);
  }

  /** Returns false if the message still has to wait. */
  private boolean retryPending() {
    NetworkMessage message = pending;
    if (message == null) return true;
    long left = retryAtNanos - services.time().nanoTime();
    if (left > 0) {
      if (!retryArmed) armRetry(left);
      return false;
    }
    retryArmed = false;
    return lease.covers(handledEnd) && handle(message);
  }

  /** Settles a number as refused. Returns false if too many wait to be reported. */
  private boolean refuse(long number, RefusalReason reason, String detail) {
    services.counters().refused.increment();
    Refusal refusal = new Refusal(number, reason, detail);
    log.onRefused(refusal);
    refusalLock.lock();
    try {
      if (refusals.size() >= MAX_REMEMBERED) refusals.removeFirst();
      refusals.addLast(refusal);
      int waiting = unreported + 1;
      unreported = waiting;
      pausedByRefusals = waiting >= MAX_UNREPORTED;
    } finally {
      refusalLock.unlock();
    }
    advanceTo(number + 1);
    if (!pausedByRefusals) return true;
    if (current != null) current.tellProgress();
    return false;
  }

  private ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        Scope.STREAM, "lane " + lane + " of " + sender.shortString() + ": " + what);
  }
}
