package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.inbox.ReceiveStream;

/**
 * A lane's part of a file, taken in like a stream of its sender. Confined to the service's own executor.
 *
 * <p>No more is given in than a connection would: handlers that are slow hold it up.
 *
 * @see "docs/wire/bundle-file.md, section 3"
 */
final class CarriedSection implements PeerLink, FrameAssembler.Sink {
  /** What may be given in before credit comes back, as on a stream. */
  private static final int WINDOW_BYTES = 256 << 10;

  private static final int PIECE_BYTES = 64 << 10;

  private final EventExecutor executor;
  private final MessageService service;
  private final BundleFile.Section section;
  private final ByteBuf frames;
  private final ReceiveStream engine;
  private final FrameAssembler answers = new FrameAssembler(this);
  private final CompletableFuture<Carried> done = new CompletableFuture<>();
  private long credit = WINDOW_BYTES;
  private boolean closed;
  private long settledBefore;
  private long settled;
  private int refused;

  CarriedSection(MessageService service, PeerId sender, BundleFile.Section section) {
    this.executor = service.control();
    this.service = service;
    this.section = section;
    this.frames = Unpooled.wrappedBuffer(section.frames().unsafeArray());
    this.engine = service
        .inbox()
        .accept(
            sender,
            this,
            // Whoever read the file has checked all of them.
            (text, signature, callback) ->
                executor.execute(() -> run(() -> callback.onVerified(true))),
            () -> executor.execute(() -> run(engine()::onProgress)),
            ByteBufAllocator.DEFAULT);
  }

  private ReceiveStream engine() {
    return engine;
  }

  /** Takes it in; completes when everything was handled, or exceptionally if the content breaks a rule. */
  CompletableFuture<Carried> start() {
    executor.execute(this::feed);
    return done;
  }

  private interface Step {
    void run() throws ProtocolViolationException;
  }

  private void run(Step step) {
    if (done.isDone()) return;
    try {
      step.run();
      arm();
    } catch (ProtocolViolationException e) {
      done.completeExceptionally(e);
    }
  }

  private void feed() {
    run(() -> {
      while (credit > 0 && frames.isReadable() && !done.isDone()) {
        int length = (int) Math.min(Math.min(credit, PIECE_BYTES), frames.readableBytes());
        credit -= length;
        engine.onBytes(frames.readSlice(length));
        engine.onReadComplete();
      }
      if (!frames.isReadable() && !closed) {
        closed = true;
        engine.onRemoteClosed();
      }
    });
  }

  private void arm() {
    long due = engine.nextDeadlineNanos();
    if (due == ReceiveStream.NEVER || done.isDone()) return;
    long delay = Math.max(0, due - service.time().nanoTime());
    executor.schedule(() -> run(engine::onTimer), delay, TimeUnit.NANOSECONDS);
  }

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
      case FrameType.REFUSE ->
        done.completeExceptionally(
            new QueueException("refused: " + Refuse.decode(body).text()));
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
    if (!closed) executor.execute(this::feed);
  }

  @Override
  public void closeWrite() {
    long last = section.end() - 1;
    long before = Math.max(section.first() - 1, Math.min(settledBefore, last));
    done.complete(new Carried(
        section.lane(), Math.min(settled, last) - before, before - section.first() + 1, refused));
  }

  @Override
  public void reset() {
    done.completeExceptionally(new QueueException("the file ends inside of a bundle"));
  }
}
