package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.Done;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.SenderEvent;
import org.openagi.p2p.messaging.transfer.SendingEnd;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferFrames;
import org.openagi.p2p.messaging.transfer.TransferLimits;
import org.openagi.p2p.messaging.transfer.TransferReason;
import org.openagi.p2p.net.stream.P2PStream;

/**
 * One stream of an outgoing transfer. Its own thread reads what the recipient says; another one reads
 * the source and writes.
 */
final class SendAttempt {
  /** How an attempt ended. */
  sealed interface Result {
    record Finished(Done done) implements Result {}

    record Ended(TransferOutcome outcome) implements Result {}

    /** Try again. */
    record Lost(TransferReason reason, String cause) implements Result {}
  }

  private static final int CONTENT_AT = TransferLimits.MAX_FRAME_HEADER_BYTES;
  private static final Duration PUMP_END_LIMIT = Duration.ofSeconds(5);

  private final TransferContext context;
  private final P2PStream stream;
  private final TransferSource source;
  private final Marks marks;
  private final TransferHandle handle;
  private final FrameInput in;
  private final FrameOutput out;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final SendingEnd end;
  private boolean over;
  private @Nullable TransferException failure;

  /** Of the thread that runs. */
  private @Nullable Thread pump;

  private boolean progressed;

  /**
   * @param marks of the transfer; used by one attempt at a time
   */
  SendAttempt(
      TransferContext context,
      P2PStream stream,
      Offer offer,
      TransferSource source,
      Marks marks,
      TransferHandle handle) {
    this.context = context;
    this.stream = stream;
    this.source = source;
    this.marks = marks;
    this.handle = handle;
    this.in = new FrameInput(stream.input());
    this.out = new FrameOutput(stream, context);
    this.end = new SendingEnd(offer, context.key(), stream.remotePeer());
  }

  /** Whether the recipient has more than before. */
  boolean progressed() {
    return progressed;
  }

  Result run() {
    Future<?> alive = context.keepAlive(out);
    Result result;
    try {
      result = new Result.Finished(converse());
      stream.close();
    } catch (TransferException e) {
      result = ended(e);
    } catch (IOException e) {
      result = lost(e);
    } finally {
      alive.cancel(false);
    }
    return endPump()
        ? result
        : new Result.Ended(new TransferOutcome.Failed(
            TransferReason.SOURCE_FAILED, "the source does not return from reading"));
  }

  /** Ends the stream for a reason of this side. */
  void abort(TransferException why) {
    lock.lock();
    try {
      if (over || failure != null) return;
      failure = why;
    } finally {
      lock.unlock();
    }
    out.farewell(TransferFrames.CANCEL, why);
  }

  private Done converse() throws IOException, TransferException {
    stream.setReadTimeout(context.config().silenceLimit());
    out.write(end.offer());
    while (true) {
      in.next(TransferLimits.MAX_BODY_BYTES);
      switch (onFrame()) {
        case SenderEvent.Accepted accepted -> begin(accepted);
        case SenderEvent.Acknowledged acknowledged -> onDurable(acknowledged.offset());
        case SenderEvent.Finished finished -> {
          return finished.done();
        }
        case SenderEvent.Alive alive -> {}
      }
    }
  }

  private SenderEvent onFrame() throws TransferException {
    lock.lock();
    try {
      return end.onFrame(in.type(), in.body(), in.length());
    } finally {
      lock.unlock();
    }
  }

  private void onDurable(long offset) {
    progressed = true;
    handle.onDurable(offset);
    lock.lock();
    try {
      marks.onDurable(offset);
    } finally {
      lock.unlock();
    }
  }

  // ---- agreeing where to start -----------------------------------------------------------------

  private void begin(SenderEvent.Accepted accepted) throws IOException, TransferException {
    handle.enter(TransferState.CHECKING);
    ContentDigest from = marks.before(accepted.offset());
    InputStream content = openSource(from.position());
    try {
      readUpTo(content, accepted.offset(), from);
      boolean same = from.position() == accepted.offset() && from.value().equals(accepted.prefix());
      if (!same) {
        marks.clear();
        from = new ContentDigest();
        content.close();
        content = openSource(0);
      }
      handle.onStream(from.position());
      byte[] start;
      lock.lock();
      try {
        start = end.start(from);
      } finally {
        lock.unlock();
      }
      out.write(start);
      InputStream rest = content;
      pump = Thread.ofVirtual().name("p2p-transfer-send").start(() -> pump(rest));
    } catch (IOException | TransferException e) {
      content.close();
      throw e;
    }
  }

  private InputStream openSource(long offset) throws TransferException {
    try {
      return source.openAt(offset);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void readUpTo(InputStream content, long offset, ContentDigest digest)
      throws TransferException {
    byte[] buffer = new byte[TransferLimits.MAX_BODY_BYTES];
    while (digest.position() < offset) {
      int wanted = (int) Math.min(buffer.length, offset - digest.position());
      int bytes = read(content, buffer, 0, wanted);
      if (bytes < 0) return;
      digest.update(buffer, 0, bytes);
    }
  }

  // ---- the other thread ------------------------------------------------------------------------

  private void pump(InputStream content) {
    try (content) {
      byte[] buffer = new byte[CONTENT_AT + TransferLimits.MAX_BODY_BYTES];
      while (sendPiece(content, buffer)) {}
      byte[] last;
      lock.lock();
      try {
        last = end.end();
      } finally {
        lock.unlock();
      }
      out.write(last);
    } catch (TransferException e) {
      abort(e);
    } catch (IOException e) {
      // The stream is lost, as the reading thread sees as well; or the source could not be closed.
      stream.reset();
    }
  }

  private boolean sendPiece(InputStream content, byte[] buffer)
      throws IOException, TransferException {
    int bytes = read(content, buffer, CONTENT_AT, end.maxPieceBytes());
    if (bytes < 0) return false;
    if (bytes == 0) return true;
    int at;
    byte[] mark;
    lock.lock();
    try {
      at = end.data(buffer, CONTENT_AT, bytes);
      mark = end.markIfDue();
      if (mark != null) marks.add(end.digest());
    } finally {
      lock.unlock();
    }
    out.write(buffer, at, CONTENT_AT + bytes - at);
    if (mark != null) out.write(mark);
    context.counters().bytesSent.add(bytes);
    handle.onMoved(bytes);
    return true;
  }

  private static int read(InputStream content, byte[] target, int at, int length)
      throws TransferException {
    try {
      return content.read(target, at, length);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static TransferException unreadable(IOException e) {
    return new TransferException(TransferReason.SOURCE_FAILED, "cannot read the content: " + e);
  }

  // ---- ending ----------------------------------------------------------------------------------

  private Result ended(TransferException e) {
    TransferException own = setOver();
    TransferException why = own == null ? e : own;
    if (why.isByPeer()) {
      stream.close();
      return why.reason().isPassing()
          ? new Result.Lost(why.reason(), why.detail())
          : new Result.Ended(new TransferOutcome.Refused(why.reason(), why.detail()));
    }
    if (own == null) out.farewell(TransferFrames.CANCEL, why);
    return new Result.Ended(new TransferOutcome.Failed(why.reason(), why.detail()));
  }

  private Result lost(IOException e) {
    TransferException own = setOver();
    if (own != null)
      return new Result.Ended(new TransferOutcome.Failed(own.reason(), own.detail()));
    stream.reset();
    return new Result.Lost(TransferReason.UNREACHABLE, String.valueOf(e.getMessage()));
  }

  /** From here on the other thread's failures are consequences. */
  private @Nullable TransferException setOver() {
    lock.lock();
    try {
      over = true;
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** The source must be free for the next attempt. */
  private boolean endPump() {
    setOver();
    Thread thread = pump;
    if (thread == null) return true;
    thread.interrupt();
    try {
      if (!thread.join(PUMP_END_LIMIT)) return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    lock.lock();
    try {
      marks.add(end.digest());
    } finally {
      lock.unlock();
    }
    return true;
  }
}
