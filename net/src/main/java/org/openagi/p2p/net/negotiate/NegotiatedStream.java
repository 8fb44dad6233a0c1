package org.openagi.p2p.net.negotiate;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.net.mux.StreamMuxer;
import org.openagi.p2p.wire.multistream.MultistreamResponder;
import org.openagi.p2p.wire.multistream.NegotiationState;

/**
 * A stream that agrees on its protocol first and is the plain stream afterwards. What the peer sent
 * behind the negotiation goes back to the plain stream, where it waits for the listener of the
 * protocol, bounded by the receive window. Confined to the stream's event loop.
 *
 * @see "libp2p specs: connections/README.md, multistream-select"
 */
public final class NegotiatedStream implements MuxedStream {
  /** Hears how the negotiation ended; exactly one method is called, once. */
  public interface Outcome {
    /**
     * Agreed.
     *
     * @param negotiated the finished negotiation
     * @param stream what is left: the stream of the protocol, without a listener
     */
    void onAgreed(NegotiatedStream negotiated, MuxedStream stream, String protocol);

    /** The peer speaks none of the proposed protocols; the stream was reset. */
    void onRefused(NegotiatedStream negotiated);

    /** Broken or closed; the stream was reset. */
    void onFailed(NegotiatedStream negotiated, IOException cause);
  }

  private final MuxedStream inner;
  private final Outcome outcome;
  private final Relay relay = new Relay();
  private final long deadlineNanos;
  private @Nullable Negotiation negotiation; // null once agreed
  private @Nullable StreamListener listener;
  private ByteBuf waiting = Unpooled.EMPTY_BUFFER;
  private boolean reported;
  private boolean closed;
  private @Nullable Throwable closeCause;

  private NegotiatedStream(
      MuxedStream inner, Negotiation negotiation, long deadlineNanos, Outcome outcome) {
    this.inner = inner;
    this.negotiation = negotiation;
    this.deadlineNanos = deadlineNanos;
    this.outcome = outcome;
  }

  /** Proposes protocols on a stream of ours and waits for the answer. */
  public static NegotiatedStream propose(
      MuxedStream inner, List<String> protocols, long deadlineNanos, Outcome outcome) {
    NegotiatedStream stream = started(inner, protocols, deadlineNanos, outcome);
    inner.flush();
    return stream;
  }

  /**
   * Proposes one protocol and goes on as if it had been accepted: the first write leaves together
   * with the proposal. If the peer refuses after all, the stream fails. Nothing is sent before the
   * first flush.
   */
  public static NegotiatedStream proposeAhead(
      MuxedStream inner, String protocol, long deadlineNanos, Outcome outcome) {
    NegotiatedStream stream = started(inner, List.of(protocol), deadlineNanos, outcome);
    stream.reported = true;
    outcome.onAgreed(stream, stream, protocol);
    return stream;
  }

  private static NegotiatedStream started(
      MuxedStream inner, List<String> protocols, long deadlineNanos, Outcome outcome) {
    Negotiation negotiation = new Negotiation.Proposing(protocols);
    NegotiatedStream stream = new NegotiatedStream(inner, negotiation, deadlineNanos, outcome);
    inner.setListener(stream.relay);
    ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
    negotiation.start(out);
    inner.write(out);
    return stream;
  }

  /** Answers the proposals on a stream of the peer. */
  public static NegotiatedStream answer(
      MuxedStream inner, MultistreamResponder responder, long deadlineNanos, Outcome outcome) {
    NegotiatedStream stream =
        new NegotiatedStream(inner, new Negotiation.Answering(responder), deadlineNanos, outcome);
    inner.setListener(stream.relay);
    return stream;
  }

  /** Whether the peer's answer is still outstanding. */
  public boolean isNegotiating() {
    return negotiation != null && !closed;
  }

  /** Resets the stream if its negotiation is not finished at its deadline; returns whether. */
  public boolean expireAt(long nowNanos) {
    if (!isNegotiating() || nowNanos - deadlineNanos < 0) return false;
    fail(new java.net.SocketTimeoutException("no answer to the proposal of a protocol in time"));
    return true;
  }

  @Override
  public void setListener(StreamListener receiver) {
    if (closed) receiver.onClosed(closeCause);
    else if (negotiation == null) inner.setListener(receiver);
    else listener = receiver;
  }

  @Override
  public void unread(ByteBuf data) {
    inner.unread(data);
  }

  private void negotiate(ByteBuf data) {
    Negotiation machine = negotiation;
    if (machine == null) throw new IllegalStateException("not negotiating");
    append(data);
    int before = waiting.readableBytes();
    ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
    NegotiationState state;
    try {
      state = machine.onData(waiting, out);
    } catch (ProtocolViolationException e) {
      // A refusal may precede the violation: data sent ahead for a protocol that was refused.
      answer(out);
      fail(new IOException(e.getMessage(), e));
      return;
    }
    inner.consumed(before - waiting.readableBytes());
    answer(out);
    switch (state) {
      case NEGOTIATING -> {}
      case AGREED -> agreed(machine.agreed().orElseThrow());
      case REFUSED -> refused(machine);
    }
  }

  private void answer(ByteBuf out) {
    if (out.isReadable()) {
      inner.write(out);
      inner.flush();
    } else {
      out.release();
    }
  }

  private void append(ByteBuf data) {
    if (!waiting.isReadable()) {
      waiting.release();
      waiting = data;
      return;
    }
    ByteBuf joined =
        ByteBufAllocator.DEFAULT.buffer(waiting.readableBytes() + data.readableBytes());
    joined.writeBytes(waiting).writeBytes(data);
    waiting.release();
    data.release();
    waiting = joined;
  }

  private void agreed(String protocol) {
    negotiation = null;
    ByteBuf rest = waiting;
    waiting = Unpooled.EMPTY_BUFFER;
    inner.unread(rest);
    if (!reported) {
      reported = true;
      outcome.onAgreed(this, inner, protocol);
    } else if (listener != null) {
      inner.setListener(listener);
    }
  }

  private void refused(Negotiation machine) {
    boolean ahead = reported;
    reported = true;
    end(new IOException("the peer does not speak " + machine.describe()));
    inner.reset();
    if (!ahead) outcome.onRefused(this);
  }

  private void fail(IOException cause) {
    boolean first = !reported;
    reported = true;
    end(cause);
    inner.reset();
    if (first) outcome.onFailed(this, cause);
  }

  /** The stream is over for the listener, present or future. */
  private void end(@Nullable Throwable cause) {
    if (closed) return;
    closed = true;
    closeCause = cause;
    waiting.release();
    waiting = Unpooled.EMPTY_BUFFER;
    if (listener != null) listener.onClosed(cause);
  }

  @Override
  public long id() {
    return inner.id();
  }

  @Override
  public boolean isLocallyInitiated() {
    return inner.isLocallyInitiated();
  }

  @Override
  public StreamMuxer muxer() {
    return inner.muxer();
  }

  @Override
  public boolean write(ByteBuf data) {
    return inner.write(data);
  }

  @Override
  public void flush() {
    inner.flush();
  }

  @Override
  public boolean isWritable() {
    return inner.isWritable();
  }

  @Override
  public int pendingBytes() {
    return inner.pendingBytes();
  }

  @Override
  public void consumed(int bytes) {
    inner.consumed(bytes);
  }

  @Override
  public void closeWrite() {
    inner.closeWrite();
  }

  @Override
  public void reset() {
    inner.reset();
  }

  @Override
  public boolean isOpen() {
    return !closed && inner.isOpen();
  }

  /** What the multiplexer talks to until the protocol's own listener takes over. */
  private final class Relay implements StreamListener {
    @Override
    public void onData(ByteBuf data) {
      if (closed) data.release();
      else negotiate(data);
    }

    @Override
    public void onReadComplete() {
      // Nothing to do: answers were flushed at once.
    }

    @Override
    public void onWritable() {
      if (listener != null && !closed) listener.onWritable();
    }

    @Override
    public void onRemoteClosed() {
      if (!closed) fail(new IOException("closed by the peer during negotiation"));
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      if (closed) return;
      boolean unreported = !reported;
      reported = true;
      end(cause);
      if (unreported) {
        outcome.onFailed(
            NegotiatedStream.this,
            cause instanceof IOException e ? e : new IOException("the stream was closed", cause));
      }
    }
  }
}
