package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.wire.yamux.YamuxHeader;

/**
 * Packs outgoing frames of one connection: headers, control frames and small payloads share a
 * buffer, large payloads are passed on as they are, and consecutive writes of one stream become one
 * frame. Nothing reaches the channel's socket before {@link #flush}.
 *
 * <p>Owns every buffer given to it until it is passed to the channel. Confined to the event loop.
 */
final class FrameWriter {
  /** Payload pieces up to this size are copied behind their header. */
  static final int COPY_BYTES = 4096;

  /** Largest buffer in which small frames are collected. */
  static final int AGGREGATE_BYTES = 16 * 1024;

  private static final int MIN_AGGREGATE_BYTES = 256;

  /** No data frame at the end of {@link #out} can be made longer. */
  private static final int NONE = -1;

  private final ChannelHandlerContext ctx;
  private final ChannelFutureListener onFailure;
  private @Nullable ByteBuf out;
  private int nextCapacity = MIN_AGGREGATE_BYTES;
  private int unflushed;

  /** Where the header of the last data frame starts in {@link #out}, or {@link #NONE}. */
  private int openHeader = NONE;

  private int openStream;
  private int openLength;

  /** {@code onFailure} hears of every write to the channel. */
  FrameWriter(ChannelHandlerContext ctx, ChannelFutureListener onFailure) {
    this.ctx = ctx;
    this.onFailure = onFailure;
  }

  /** Appends a frame without payload. */
  void control(int type, int flags, int streamId, int length) {
    openHeader = NONE;
    YamuxHeader.write(room(YamuxHeader.BYTES), type, flags, streamId, length);
    unflushed += YamuxHeader.BYTES;
  }

  /** Starts a data frame, or makes the last one longer; exactly {@code bytes} of payload follow. */
  void beginData(int flags, int streamId, int bytes) {
    unflushed += bytes;
    if (openHeader != NONE && openStream == streamId && flags == 0 && out != null) {
      openLength += bytes;
      out.setInt(openHeader + 8, openLength);
      return;
    }
    ByteBuf buffer = room(YamuxHeader.BYTES);
    openHeader = buffer.writerIndex();
    openStream = streamId;
    openLength = bytes;
    YamuxHeader.write(buffer, YamuxHeader.TYPE_DATA, flags, streamId, bytes);
    unflushed += YamuxHeader.BYTES;
  }

  /** Appends payload of the current data frame; takes ownership. */
  void payload(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (bytes <= COPY_BYTES) {
      try {
        room(bytes).writeBytes(piece);
      } finally {
        piece.release();
      }
      return;
    }
    pass();
    write(piece);
  }

  /** Sends everything to the socket. */
  void flush() {
    pass();
    if (unflushed > 0) {
      unflushed = 0;
      ctx.flush();
    }
  }

  /** Sends everything; the future tells when the last frame has left. Only after a control frame. */
  ChannelFuture flushLast() {
    openHeader = NONE;
    unflushed = 0;
    ByteBuf last = out == null ? ctx.alloc().buffer(0) : out;
    out = null;
    return ctx.writeAndFlush(last);
  }

  /** Bytes written since the last flush. */
  int unflushedBytes() {
    return unflushed;
  }

  /** Frees what was not passed to the channel. */
  void discard() {
    openHeader = NONE;
    unflushed = 0;
    if (out != null) {
      out.release();
      out = null;
    }
  }

  private ByteBuf room(int bytes) {
    if (out != null && out.maxWritableBytes() < bytes) {
      pass();
      nextCapacity = AGGREGATE_BYTES;
    }
    if (out == null) out = ctx.alloc().directBuffer(nextCapacity, AGGREGATE_BYTES);
    return out;
  }

  /** Hands the collected frames to the channel. The next buffer starts about as large as this. */
  private void pass() {
    openHeader = NONE;
    if (out == null) return;
    ByteBuf full = out;
    out = null;
    int size = Integer.highestOneBit(full.readableBytes()) << 1;
    nextCapacity = Math.max(MIN_AGGREGATE_BYTES, Math.min(AGGREGATE_BYTES, size));
    write(full);
  }

  private void write(ByteBuf buffer) {
    ChannelFuture written = ctx.write(buffer);
    if (!written.isSuccess()) written.addListener(onFailure);
  }
}
