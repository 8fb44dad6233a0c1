package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.Semaphore;

/** An authenticated connection that says nothing. */
final class LimitIdle extends FrameReader {
  private final Runnable onSecured;
  private final Semaphore permits;

  LimitIdle(Runnable onSecured, Semaphore permits) {
    this.onSecured = onSecured;
    this.permits = permits;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      permits.release();
      if (done.isSuccess()) onSecured.run();
    }
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuf payload) {}
}
