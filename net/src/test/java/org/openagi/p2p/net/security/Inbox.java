package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Collects what arrives at the end of a pipeline. Safe for any thread. */
final class Inbox extends ChannelInboundHandlerAdapter {
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private int reads;
  private int readCompletes;
  private @Nullable Throwable failure;

  @Override
  public synchronized void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    data.release();
    received.writeBytes(bytes);
    reads++;
    notifyAll();
  }

  @Override
  public synchronized void channelReadComplete(ChannelHandlerContext ctx) {
    readCompletes++;
  }

  @Override
  public synchronized void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failure = cause;
    notifyAll();
  }

  synchronized byte[] await(int bytes) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (received.size() < bytes) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) throw new AssertionError(received.size() + " of " + bytes + " bytes arrived");
      wait(left);
    }
    return received.toByteArray();
  }

  synchronized byte[] received() {
    return received.toByteArray();
  }

  synchronized int reads() {
    return reads;
  }

  synchronized int readCompletes() {
    return readCompletes;
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }
}
