package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/**
 * Takes frames as Netty's own decoder hands them over: 4 bytes length, big-endian, cut off, and the
 * payload in a buffer of its own.
 *
 * <p>Buffer ownership: takes over every frame and releases it. Confined to the event loop.
 */
abstract class FrameReader extends ChannelInboundHandlerAdapter {
  static final int HEADER_BYTES = 4;
  private static final int FRAME_MAX_BYTES = 1 << 21;

  /** The handler to put in front of this one. */
  static LengthFieldBasedFrameDecoder decoder() {
    return new LengthFieldBasedFrameDecoder(FRAME_MAX_BYTES, 0, HEADER_BYTES, 0, HEADER_BYTES);
  }

  /** One payload; the buffer is borrowed. */
  abstract void onFrame(ChannelHandlerContext ctx, ByteBuf payload);

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf payload = (ByteBuf) message;
    try {
      onFrame(ctx, payload);
    } finally {
      payload.release();
    }
  }
}
