package org.openagi.p2p.benchmarks.limit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Cuts the decrypted bytes into frames: 4 bytes length, big-endian, then the payload. Whole frames are
 * handed over where they lie; only one that is cut by the end of a read is copied.
 *
 * <p>Buffer ownership: takes over every inbound buffer and releases it. Confined to the event loop.
 */
abstract class FrameReader extends ChannelInboundHandlerAdapter {
  static final int HEADER_BYTES = 4;

  /** The beginning of a frame whose end has not come yet; ours, released when the channel ends. */
  private ByteBuf rest = Unpooled.EMPTY_BUFFER;

  /** One whole frame, its payload at the reader index; the buffer is borrowed. */
  abstract void onFrame(ChannelHandlerContext ctx, ByteBuf buffer, int payloadBytes);

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (rest.isReadable()) {
      in = completed(in);
    }
    try {
      while (in.readableBytes() >= HEADER_BYTES) {
        int payloadBytes = in.getInt(in.readerIndex());
        if (in.readableBytes() < HEADER_BYTES + payloadBytes) break;
        int end = in.readerIndex() + HEADER_BYTES + payloadBytes;
        in.skipBytes(HEADER_BYTES);
        onFrame(ctx, in, payloadBytes);
        in.readerIndex(end);
      }
      if (in.isReadable()) keep(ctx, in);
    } finally {
      in.release();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    rest.release();
    rest = Unpooled.EMPTY_BUFFER;
  }

  /** Joins the kept beginning with what came now; takes both, the caller owns the result. */
  private ByteBuf completed(ByteBuf in) {
    ByteBuf joined = rest;
    rest = Unpooled.EMPTY_BUFFER;
    joined.writeBytes(in);
    in.release();
    return joined;
  }

  private void keep(ChannelHandlerContext ctx, ByteBuf in) {
    int wanted = in.readableBytes();
    if (wanted >= HEADER_BYTES) {
      wanted = Math.max(wanted, HEADER_BYTES + in.getInt(in.readerIndex()));
    }
    rest = ctx.alloc().directBuffer(wanted).writeBytes(in);
  }
}
