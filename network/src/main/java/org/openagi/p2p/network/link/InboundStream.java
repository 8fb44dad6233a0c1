package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
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
  private final DeadlineTimer timer;

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
    this.timer = new DeadlineTimer(service.time(), this::onTimer);
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
    try {
      engine.onTimer();
    } catch (ProtocolViolationException e) {
      onViolation.accept(e);
    }
    arm();
  }

  private void arm() {
    timer.set(executor, engine.nextDeadlineNanos());
  }

  @Override
  public void onWritable() {}

  @Override
  public void onRemoteClosed() {
    engine.onRemoteClosed();
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    timer.cancel();
    engine.onClosed();
    service.onInboundClosed(this);
  }

  /** This node is shutting down. */
  void goAway() {
    executor.execute(engine::goAway);
  }
}
