package org.openagi.p2p.net.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the bytes of a transport; first handler of every pipeline. Written by the event loop only,
 * read by anybody.
 */
final class TrafficCounter extends ChannelDuplexHandler {
  private static final VarHandle IN = field("bytesIn");
  private static final VarHandle OUT = field("bytesOut");

  @SuppressWarnings("UnusedVariable") // through IN
  private long bytesIn;

  @SuppressWarnings("UnusedVariable") // through OUT
  private long bytesOut;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(TrafficCounter.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf b) IN.setOpaque(this, bytesIn() + b.readableBytes());
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf b) OUT.setOpaque(this, bytesOut() + b.readableBytes());
    ctx.write(message, promise);
  }

  long bytesIn() {
    return (long) IN.getOpaque(this);
  }

  long bytesOut() {
    return (long) OUT.getOpaque(this);
  }
}
