package org.openagi.p2p.messaging.carry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.Verifier;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.inbox.ReceiveStream;

/**
 * Frames of a lane that came another way than over a stream, taken in as if they had come over one. Their signatures were
 * checked before. Confined to its owner.
 *
 * <p>No more is given in than a connection would: handlers that are slow hold it up.
 *
 * @see "docs/wire/bundle-file.md, section 3; docs/wire/parcel-1.0.md, section 3"
 */
public final class SectionFeed implements PeerLink, FrameAssembler.Sink {
  /** No deadline. */
  public static final long NEVER = ReceiveStream.NEVER;

  /** What may be given in before credit comes back, as on a stream. */
  private static final int WINDOW_BYTES = 256 << 10;

  private static final int PIECE_BYTES = 64 << 10;

  private final ReceiveStream engine;
  private final FrameAssembler answers = new FrameAssembler(this);
  private final ArrayDeque<ByteBuf> frames = new ArrayDeque<>();
  private final ArrayDeque<Verifier.Callback> verdicts = new ArrayDeque<>();
  private long waitingBytes;
  private long credit = WINDOW_BYTES;
  private boolean ending;
  private boolean ended;
  private boolean done;
  private boolean broken;
  private @Nullable Refuse refusal;
  private long settledBefore;
  private long settled;
  private int refused;

  /**
   * A feed that nothing was added to.
   *
   * @param wakeUp makes the owner call {@link #onProgress}, from any thread
   * @param receipts whether the sender learns what was settled by receipts; if not, it is taken for told
   */
  public SectionFeed(
      Inbox inbox, PeerId sender, Runnable wakeUp, ByteBufAllocator allocator, boolean receipts) {
    Verifier checked = (text, signature, callback) -> verdicts.add(callback);
    this.engine = receipts
        ? inbox.acceptRouted(sender, this, checked, wakeUp, allocator)
        : inbox.accept(sender, this, checked, wakeUp, allocator);
  }

  /** Adds frames. The array behind them is not copied. */
  public void add(Bytes more) {
    frames.addLast(Unpooled.wrappedBuffer(more.unsafeArray()));
    waitingBytes += more.length();
  }

  /** Nothing more will be added: it is done when everything was settled. */
  public void end() {
    ending = true;
  }

  /**
   * Gives in what may be given in.
   *
   * @throws ProtocolViolationException if the frames break a rule; it is over then
   */
  public void feed() throws ProtocolViolationException {
    ByteBuf next;
    while (credit > 0 && isLive() && (next = frames.peekFirst()) != null) {
      int length = (int) Math.min(Math.min(credit, PIECE_BYTES), next.readableBytes());
      credit -= length;
      waitingBytes -= length;
      ByteBuf piece = next.readSlice(length);
      if (!next.isReadable()) frames.removeFirst();
      engine.onBytes(piece);
      passVerdicts();
      engine.onReadComplete();
    }
    if (ending && frames.isEmpty() && !ended && isLive()) {
      ended = true;
      engine.onRemoteClosed();
    }
  }

  private void passVerdicts() throws ProtocolViolationException {
    Verifier.Callback verdict;
    while ((verdict = verdicts.pollFirst()) != null) verdict.onVerified(true);
  }

  /** Handlers got further. */
  public void onProgress() throws ProtocolViolationException {
    engine.onProgress();
    feed();
  }

  /** Looks again at what handlers did. */
  public void onTimer() throws ProtocolViolationException {
    engine.onTimer();
    feed();
  }

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    return engine.nextDeadlineNanos();
  }

  /** Drops it: what was not handled is as if it had never come. */
  public void close() {
    engine.onClosed();
    frames.clear();
    waitingBytes = 0;
    done = true;
  }

  /** Bytes that no handler took yet. */
  public long waitingBytes() {
    return waitingBytes + WINDOW_BYTES - Math.min(credit, WINDOW_BYTES);
  }

  /** Whether nothing that was added waits for handlers or the store. */
  public boolean isSettled() {
    return !isLive() || (frames.isEmpty() && engine.isSettled());
  }

  /** Whether it still takes something in. */
  public boolean isLive() {
    return !done && !broken && refusal == null && !engine.isOver();
  }

  /** Whether everything was settled. After {@link #end}. */
  public boolean isDone() {
    return done;
  }

  /** Whether it ended inside of a bundle. */
  public boolean isBroken() {
    return broken;
  }

  /** Why this node took it not, null if it did. */
  public @Nullable Refuse refusal() {
    return refusal;
  }

  /** The highest number that was settled before it began. */
  public long settledBefore() {
    return settledBefore;
  }

  /** The highest number that is settled. */
  public long settled() {
    return settled;
  }

  /** How many of those settled by it were refused. */
  public int refused() {
    return refused;
  }

  // ---- answers of the engine -----------------------------------------------------------------

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    switch (type) {
      case FrameType.HELLO_ACK -> {
        settledBefore = HelloAck.decode(body).ack().settled();
        settled = settledBefore;
      }
      case FrameType.ACK -> {
        Ack ack = Ack.decode(body);
        settled = ack.settled();
        refused += ack.exceptions().size();
      }
      case FrameType.REFUSE -> refusal = Refuse.decode(body);
      default -> throw new IllegalStateException("answered by a frame of type " + type);
    }
    return true;
  }

  @Override
  public boolean write(ByteBuf data) {
    try {
      answers.onBytes(data);
    } catch (ProtocolViolationException e) {
      throw new IllegalStateException("this node's own answer", e);
    } finally {
      data.release();
    }
    return true;
  }

  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void consumed(int bytes) {
    credit += bytes;
  }

  @Override
  public void closeWrite() {
    if (refusal == null) done = true;
  }

  @Override
  public void reset() {
    broken = true;
  }
}
