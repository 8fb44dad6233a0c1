package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.inbox.ReceiveStream;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.mux.StreamListener;

/** The receiving end of a lane on its stream. Confined to the stream's event loop. */
final class InboundStream implements StreamListener {
  private final MessageService service;
  private final EventExecutor executor;
  private final Consumer<ProtocolViolationException> onViolation;
  private final ReceiveStream engine;
  private long armedNanos = ReceiveStream.NEVER;
  private @Nullable Future<?> timer;

  /**
   * The end of a stream.
   *
   * @param connection its events come on that one's executor
   * @param number tells it from others of the connection
   * @param onViolation is told when the peer broke a rule
   */
  InboundStream(
      MessageService service,
      Connection connection,
      PeerLink link,
      long number,
      Consumer<ProtocolViolationException> onViolation) {
    this.service = service;
    this.onViolation = onViolation;
    this.executor = connection.executor();
    this.engine = service
        .inbox()
        .accept(
            connection.remotePeer(),
            link,
            service
                .crypto()
                .verifier(
                    Long.hashCode(connection.id() * 31 + number),
                    connection.remoteKey(),
                    executor,
                    onViolation,
                    this::arm),
            () -> executor.execute(this::onProgress),
            ByteBufAllocator.DEFAULT);
  }

  @Override
  public void onData(ByteBuf data) {
    try {
      engine.onBytes(data);
    } catch (ProtocolViolationException e) {
      onViolation.accept(e);
    } finally {
      data.release();
    }
  }

  @Override
  public void onReadComplete() {
    try {
      engine.onReadComplete();
    } catch (ProtocolViolationException e) {
      onViolation.accept(e);
    }
    arm();
  }

  private void onProgress() {
    try {
      engine.onProgress();
    } catch (ProtocolViolationException e) {
      onViolation.accept(e);
    }
    arm();
  }

  private void onTimer() {
    armedNanos = ReceiveStream.NEVER;
    try {
      engine.onTimer();
    } catch (ProtocolViolationException e) {
      onViolation.accept(e);
    }
    arm();
  }

  private void arm() {
    long due = engine.nextDeadlineNanos();
    if (due >= armedNanos) return;
    if (timer != null) timer.cancel(false);
    armedNanos = due;
    long delay = Math.max(0, due - service.time().nanoTime());
    timer = executor.schedule(this::onTimer, delay, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onWritable() {}

  @Override
  public void onRemoteClosed() {
    engine.onRemoteClosed();
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    if (timer != null) timer.cancel(false);
    engine.onClosed();
    service.onInboundClosed(this);
  }

  /** This node is shutting down. */
  void goAway() {
    executor.execute(engine::goAway);
  }
}
