package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxCounters;
import org.openagi.p2p.wire.yamux.YamuxHeader;
import org.openagi.p2p.wire.yamux.YamuxListener;
import org.openagi.p2p.wire.yamux.YamuxSession;
import org.openagi.p2p.wire.yamux.YamuxStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Yamux on a Netty channel: the last handler of a secured connection's pipeline, and its {@link
 * StreamMuxer}.
 *
 * <p>Inbound, frames are parsed where they lie in the received buffer and their payload goes to the
 * stream's listener as retained slices, without copy and without waiting for whole frames. One flush
 * follows each batch of reads. Outbound, frames go to the channel only while it is writable and at
 * most {@link #MAX_UNFLUSHED_BYTES} at a time, so that what is queued below stays short and a small
 * message on another stream overtakes a bulk transfer; see {@link SendScheduler}.
 *
 * <p>Takes ownership of every inbound {@link ByteBuf}. Confined to the channel's event loop. One
 * instance per connection; it needs no other handler behind it and swallows exceptions, which end
 * the session and are its cause.
 */
public final class YamuxHandler extends ChannelInboundHandlerAdapter implements StreamMuxer {
  /** Payload that one stream may send per turn. */
  static final int QUANTUM_BYTES = 32 * 1024;

  /** Bytes given to the channel before it is flushed and its writability looked at again. */
  static final int MAX_UNFLUSHED_BYTES = 64 * 1024;

  /** Bytes sent in one go before other tasks of the event loop get a turn. */
  static final int MAX_DRAIN_BYTES = 1024 * 1024;

  /** Control frames that may wait while the channel is not writable, in bytes. */
  static final int MAX_CONTROL_BACKLOG_BYTES = 256 * 1024;

  /** Time for the last frame of a session to leave before the channel is closed anyway. */
  static final long CLOSE_TIMEOUT_MILLIS = 1000;

  private static final Logger log = LoggerFactory.getLogger(YamuxHandler.class);
  private static final AtomicLong listenerFailures = new AtomicLong();

  private final boolean dialer;
  private final YamuxConfig config;
  private final YamuxCounters counters;
  private final MuxerListener listener;
  private final TimeSource time;

  // Set in handlerAdded, before anything else can be called.
  private ChannelHandlerContext ctx;
  private YamuxSession session;
  private FrameWriter writer;
  private final SendScheduler scheduler = new SendScheduler();

  private long pendingBytes;
  private int controlBacklog;
  private boolean inBatch;
  private boolean draining;
  private boolean drainQueued;
  private long batchNanos;
  private @Nullable YamuxMuxedStream touchedHead;
  private @Nullable YamuxMuxedStream touchedTail;

  private @Nullable Future<?> keepAlive;
  private boolean closed;
  private long remoteGoAwayCode = -1;

  /**
   * Creates the muxer of one connection; add it as the last handler once the channel carries
   * plaintext.
   *
   * @param dialer whether this side dialed
   * @param listener told of inbound streams and of the end
   * @param counters shared by all connections of a host
   */
  @SuppressWarnings("NullAway.Init") // handlerAdded initialises the rest before any use
  public YamuxHandler(
      boolean dialer,
      YamuxConfig config,
      YamuxCounters counters,
      TimeSource time,
      MuxerListener listener) {
    this.dialer = dialer;
    this.config = config;
    this.counters = counters;
    this.time = time;
    this.listener = listener;
  }

  // ---- StreamMuxer ---------------------------------------------------------------------------

  @Override
  public MuxedStream openStream() throws StreamLimitException {
    assertInEventLoop();
    String why = closed ? "the session has ended" : session.whyNoOpen();
    if (why != null) throw new StreamLimitException("no stream can be opened: " + why);
    return new YamuxMuxedStream(this, session.open(nowNanos()));
  }

  @Override
  public void close(int code) {
    assertInEventLoop();
    MuxedStreamException cause = new MuxedStreamException(
        Reason.CONNECTION_CLOSED_LOCALLY, "the connection was closed by this side, code " + code);
    end(code, cause, null);
  }

  @Override
  public int openStreams() {
    return session.openStreams();
  }

  @Override
  public long rttNanos() {
    return session.rttNanos();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public EventExecutor executor() {
    return ctx.executor();
  }

  // ---- channel events ------------------------------------------------------------------------

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    writer = new FrameWriter(context, written -> {
      if (!written.isSuccess()) lost(written.cause());
    });
    session = new YamuxSession(dialer, config, counters, new SessionEvents(), time.nanoTime());
    armKeepAlive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    lost(null);
    writer.discard();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ReferenceCountUtil.release(message);
      throw new IllegalStateException(
          "expected bytes, got " + message.getClass().getName());
    }
    if (!inBatch) {
      inBatch = true;
      batchNanos = time.nanoTime();
    }
    try {
      session.receive(in, batchNanos);
    } catch (ProtocolViolationException e) {
      violated(e);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    for (YamuxMuxedStream stream = touchedHead; stream != null; ) {
      stream.readComplete();
      stream.acknowledge();
      YamuxMuxedStream next = stream.nextTouched;
      stream.nextTouched = null;
      stream.touched = false;
      stream = next;
    }
    touchedHead = null;
    touchedTail = null;
    inBatch = false;
    flushStreams();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      controlBacklog = 0;
      flushStreams();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    lost(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    lost(cause);
    context.close();
  }

  // ---- end of the session --------------------------------------------------------------------

  private void violated(ProtocolViolationException violation) {
    MuxedStreamException cause = new MuxedStreamException(
        Reason.PROTOCOL_VIOLATION,
        "the peer broke the protocol: " + violation.getMessage(),
        violation);
    end(PROTOCOL_ERROR, cause, violation);
  }

  /** The connection is gone, or as good as gone. */
  private void lost(@Nullable Throwable why) {
    if (closed) return;
    MuxedStreamException cause;
    if (remoteGoAwayCode >= 0) {
      cause = goneAway(remoteGoAwayCode);
    } else if (why == null) {
      cause = new MuxedStreamException(Reason.CONNECTION_LOST, "the connection was closed");
    } else {
      cause =
          new MuxedStreamException(Reason.CONNECTION_LOST, "the connection was lost: " + why, why);
    }
    end(INTERNAL_ERROR, cause, remoteGoAwayCode == NORMAL_TERMINATION ? null : cause);
  }

  private static MuxedStreamException goneAway(long code) {
    return new MuxedStreamException(
        Reason.GO_AWAY,
        "the peer ended the session, go-away code " + code,
        new GoAwayException(code));
  }

  /** Says goodbye, ends all streams with {@code streamCause}, then tells the owner. Runs once. */
  private void end(int code, Throwable streamCause, @Nullable Throwable muxerCause) {
    if (closed) return;
    closed = true;
    if (keepAlive != null) keepAlive.cancel(false);
    boolean active = ctx.channel().isActive() && !ctx.isRemoved();
    if (active) session.goAway(code);
    ChannelFuture flushed = active ? writer.flushLast() : null;
    for (YamuxStream stream : session.end()) {
      if (stream.attachment() instanceof YamuxMuxedStream muxed) muxed.end(streamCause);
    }
    writer.discard();
    if (flushed != null) closeAfter(flushed);
    listener.onMuxerClosed(muxerCause);
  }

  private void closeAfter(ChannelFuture flushed) {
    Future<?> timeout =
        ctx.executor().schedule(() -> ctx.close(), CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    ctx.channel().closeFuture().addListener(done -> timeout.cancel(false));
    flushed.addListener(done -> ctx.close());
  }

  // ---- keep-alive ----------------------------------------------------------------------------

  private void armKeepAlive() {
    long deadline = session.nextDeadlineNanos();
    if (deadline == YamuxSession.NEVER || closed) return;
    long delay = Math.max(0, deadline - time.nanoTime());
    keepAlive = ctx.executor().schedule(this::onKeepAlive, delay, TimeUnit.NANOSECONDS);
  }

  private void onKeepAlive() {
    if (closed) return;
    long now = time.nanoTime();
    if (session.onDeadline(now)) {
      long silentMillis = (now - session.receivedNanos()) / 1_000_000;
      lost(new IOException("nothing received for " + silentMillis + " ms and no answer to a ping"));
      ctx.close();
      return;
    }
    flushControl();
    armKeepAlive();
  }

  // ---- session events ------------------------------------------------------------------------

  /** Not implemented by the handler itself, to keep these methods out of its public face. */
  private final class SessionEvents implements YamuxListener {
    @Override
    public void onControlFrame(int type, int flags, int streamId, int length) {
      if (!ctx.channel().isWritable()) {
        controlBacklog += YamuxHeader.BYTES;
        if (controlBacklog > MAX_CONTROL_BACKLOG_BYTES && !session.isEnded()) {
          ProtocolViolationException violation =
              session.controlBacklog(controlBacklog, MAX_CONTROL_BACKLOG_BYTES);
          ctx.executor().execute(() -> violated(violation));
          return;
        }
      }
      writer.control(type, flags, streamId, length);
    }

    @Override
    public void onStreamOpened(YamuxStream stream) {
      YamuxMuxedStream muxed = new YamuxMuxedStream(YamuxHandler.this, stream);
      touch(muxed);
      try {
        listener.onInboundStream(muxed);
      } catch (RuntimeException e) {
        logListenerFailure(muxed, e);
        muxed.resetBecause(
            new MuxedStreamException(Reason.LISTENER_FAILED, "no listener took " + muxed, e));
      }
    }

    @Override
    public void onData(YamuxStream stream, ByteBuf data) {
      muxed(stream).deliver(data);
    }

    @Override
    public void onCredit(YamuxStream stream) {
      muxed(stream).onCredit();
    }

    @Override
    public void onRemoteFin(YamuxStream stream) {
      muxed(stream).remoteFin();
    }

    @Override
    public void onStreamClosed(YamuxStream stream, StreamEnd end) {
      muxed(stream).end(causeOf(stream, end));
    }

    @Override
    public void onGoAway(long code) {
      remoteGoAwayCode = code;
      if (code == NORMAL_TERMINATION) {
        onStreamEnded();
      } else {
        MuxedStreamException cause = goneAway(code);
        ctx.executor().execute(() -> end(NORMAL_TERMINATION, cause, cause));
      }
    }

    private static @Nullable Throwable causeOf(YamuxStream stream, StreamEnd end) {
      return switch (end) {
        case FINISHED -> null;
        case RESET_BY_PEER ->
          new MuxedStreamException(
              Reason.RESET_BY_PEER, "stream " + stream.id() + " was reset by the peer");
        case REFUSED_BY_PEER ->
          new MuxedStreamException(
              Reason.REFUSED_BY_PEER,
              "stream " + stream.id() + " was refused by the peer, which takes no more streams");
        case UNREAD_LIMIT ->
          new StreamLimitException("stream " + stream.id() + " had the most unread data, "
              + stream.unreadBytes() + " bytes, when the limit of the connection was reached");
      };
    }

    private static YamuxMuxedStream muxed(YamuxStream stream) {
      return (YamuxMuxedStream) Objects.requireNonNull(stream.attachment());
    }
  }

  // ---- for the streams -----------------------------------------------------------------------

  YamuxConfig config() {
    return config;
  }

  FrameWriter writer() {
    return writer;
  }

  SendScheduler scheduler() {
    return scheduler;
  }

  void assertInEventLoop() {
    assert ctx.executor().inEventLoop() : "not on the event loop of " + ctx.channel();
  }

  /** The time of this batch of reads, or now. */
  long nowNanos() {
    return inBatch ? batchNanos : time.nanoTime();
  }

  long pendingBytes() {
    return pendingBytes;
  }

  void addPending(int bytes) {
    pendingBytes += bytes;
  }

  /** Notes that the stream must hear of the end of this batch of reads. */
  void touch(YamuxMuxedStream stream) {
    if (stream.touched) return;
    stream.touched = true;
    if (touchedTail == null) touchedHead = stream;
    else touchedTail.nextTouched = stream;
    touchedTail = stream;
  }

  /** Whether nobody waits before a write of so many bytes, and the channel takes it. */
  boolean canSendNow(int bytes) {
    return bytes <= QUANTUM_BYTES
        && !draining
        && scheduler.isEmpty()
        && ctx.channel().isWritable();
  }

  void onDirectWrite() {
    if (writer.unflushedBytes() >= MAX_UNFLUSHED_BYTES) writer.flush();
  }

  /** Sends what the streams have queued, as far as the channel takes it, unless that comes soon. */
  void flushStreams() {
    if (inBatch || draining || closed) return;
    drain();
    writer.flush();
  }

  /** Sends control frames that were just written, unless that comes soon. */
  void flushControl() {
    if (!inBatch && !draining && !closed) writer.flush();
  }

  void onStreamEnded() {
    if (remoteGoAwayCode != NORMAL_TERMINATION || closed || session.openStreams() > 0) return;
    ctx.executor().execute(() -> end(NORMAL_TERMINATION, goneAway(NORMAL_TERMINATION), null));
  }

  /** The first failure is logged, then every power of two, since a peer may be able to cause them. */
  void logListenerFailure(YamuxMuxedStream stream, RuntimeException failure) {
    long count = listenerFailures.incrementAndGet();
    if (Long.bitCount(count) != 1) return;
    log.atWarn()
        .addKeyValue("stream", stream.id())
        .addKeyValue("channel", ctx.channel())
        .addKeyValue("failures", count)
        .setCause(failure)
        .log("a stream listener threw an exception");
  }

  private void drain() {
    draining = true;
    try {
      int budget = MAX_DRAIN_BYTES;
      while (!scheduler.isEmpty() && !closed) {
        if (writer.unflushedBytes() >= MAX_UNFLUSHED_BYTES) writer.flush();
        if (!ctx.channel().isWritable()) return;
        if (budget <= 0) {
          queueDrain();
          return;
        }
        YamuxMuxedStream stream = scheduler.next();
        if (stream != null) budget -= stream.sendTurn(QUANTUM_BYTES);
      }
    } finally {
      draining = false;
    }
  }

  private void queueDrain() {
    if (drainQueued) return;
    drainQueued = true;
    ctx.executor().execute(() -> {
      drainQueued = false;
      flushStreams();
    });
  }
}
