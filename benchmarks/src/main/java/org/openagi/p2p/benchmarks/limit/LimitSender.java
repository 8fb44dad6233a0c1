package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.Settings;

/**
 * Sends as many messages as the window allows, in batches, one flush each. Confined to the event loop
 * but for {@link #acknowledged}.
 */
final class LimitSender extends FrameReader {
  private static final int BATCH_BYTES = 64 * 1024;
  private final Payloads payloads;
  private final int sizeBytes;
  private final int window;
  private final int batchMessages;
  private long sent;
  private volatile long acknowledged;

  LimitSender(Payloads payloads, Settings settings) {
    this.payloads = payloads;
    this.sizeBytes = settings.sizeBytes();
    this.window = settings.window();
    this.batchMessages = Math.max(1, BATCH_BYTES / (sizeBytes + HEADER_BYTES));
  }

  /** Messages acknowledged so far; any thread. */
  long acknowledged() {
    return acknowledged;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) fill(ctx);
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuf payload) {
    acknowledged = payload.getLong(payload.readerIndex());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    fill(ctx);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) fill(ctx);
  }

  private void fill(ChannelHandlerContext ctx) {
    while (ctx.channel().isWritable()) {
      int room = (int) Math.min(batchMessages, window - (sent - acknowledged));
      if (room == 0) return;
      ByteBuf batch = ctx.alloc().directBuffer(room * (HEADER_BYTES + sizeBytes));
      byte[] block = payloads.block();
      for (int i = 0; i < room; i++) {
        batch.writeInt(sizeBytes).writeBytes(block, payloads.next(), sizeBytes);
      }
      sent += room;
      ctx.writeAndFlush(batch, ctx.voidPromise());
    }
  }
}
