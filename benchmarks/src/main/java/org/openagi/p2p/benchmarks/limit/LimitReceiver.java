package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes messages. Acknowledges with the count so far once per batch of reads, or sends each message
 * back. Confined to the event loop.
 */
final class LimitReceiver extends FrameReader {
  static final int ACKNOWLEDGEMENT_BYTES = 8;
  private final boolean echo;
  private final LongAdder received;
  private final AtomicInteger connections;
  private boolean secured;
  private long count;
  private long acknowledged;
  private long touched;

  LimitReceiver(boolean echo, LongAdder received, AtomicInteger connections) {
    this.echo = echo;
    this.received = received;
    this.connections = connections;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
      secured = true;
      connections.incrementAndGet();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (secured) connections.decrementAndGet();
  }

  @Override
  void onFrame(ChannelHandlerContext ctx, ByteBuf payload) {
    count++;
    int payloadBytes = payload.readableBytes();
    if (payloadBytes > 0) touched += payload.getByte(payload.writerIndex() - 1);
    if (!echo) return;
    ByteBuf answer = ctx.alloc().directBuffer(HEADER_BYTES + payloadBytes);
    answer.writeInt(payloadBytes).writeBytes(payload);
    ctx.write(answer, ctx.voidPromise());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    received.add(count - acknowledged);
    if (!echo && count > acknowledged) {
      ByteBuf acknowledgement = ctx.alloc().directBuffer(HEADER_BYTES + ACKNOWLEDGEMENT_BYTES);
      acknowledgement.writeInt(ACKNOWLEDGEMENT_BYTES).writeLong(count);
      ctx.write(acknowledgement, ctx.voidPromise());
    }
    acknowledged = count;
    ctx.flush();
  }

  /** The sum of bytes seen, so that the messages are really read. */
  long touched() {
    return touched;
  }
}
