package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;

/** Plays ping-pong on the event loop: each answer starts the next round. */
final class LimitCaller extends FrameReader implements BenchSystem.PingPong {
  private final Payloads payloads;
  private final int sizeBytes;
  private final CountDownLatch secured = new CountDownLatch(1);
  private volatile @Nullable ChannelHandlerContext context;
  private long[] nanos = {};
  private int round;
  private long startedNanos;
  private CountDownLatch finished = new CountDownLatch(0);

  LimitCaller(Payloads payloads, int sizeBytes) {
    this.payloads = payloads;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public void rounds(long[] into) throws InterruptedException {
    secured.await();
    ChannelHandlerContext ctx = context;
    if (ctx == null) throw new IllegalStateException("not connected");
    var done = new CountDownLatch(1);
    ctx.executor().execute(() -> {
      nanos = into;
      round = 0;
      finished = done;
      call(ctx);
    });
    done.await();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
      context = ctx;
      secured.countDown();
    }
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuf payload) {
    nanos[round++] = System.nanoTime() - startedNanos;
    if (round == nanos.length) finished.countDown();
    else call(ctx);
  }

  private void call(ChannelHandlerContext ctx) {
    ByteBuf message = ctx.alloc().directBuffer(HEADER_BYTES + sizeBytes);
    message.writeInt(sizeBytes).writeBytes(payloads.block(), payloads.next(), sizeBytes);
    startedNanos = System.nanoTime();
    ctx.writeAndFlush(message, ctx.voidPromise());
  }
}
