package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.UnsupportedMessageTypeException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * Encrypts and decrypts one connection after its Noise handshake.
 *
 * <p>Outbound: writes are gathered in a {@link NoiseFrameWriter} until flush or until a frame is full;
 * one flush is one flush of the channel. Inbound: each read fires at most one plaintext buffer, which
 * holds all frames that are complete.
 *
 * <p>Buffer ownership: takes over every buffer written or read and releases it on every path. Between
 * reads it holds nothing, or one incomplete frame; between flushes at most one frame's plaintext,
 * which is the most that the channel's writability does not see. Confined to the channel's event
 * loop. The first bad frame closes the connection.
 */
final class NoiseTransportHandler extends ChannelDuplexHandler {
  /**
   * Most ciphertext held back between the end of the handshake and the run of its listeners, which is
   * one turn of the event loop: 16 reads of 64 KiB, and one more.
   */
  static final int MAX_HELD_BYTES = 17 * 65_536;

  private final NoiseFrameWriter writer;
  private final NoiseFrameReader reader;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deque<ByteBuf> held = new ArrayDeque<>(2);
  private int heldBytes;
  private boolean failed;
  private boolean firedSinceRead;

  NoiseTransportHandler(NoiseTransport transport) {
    writer = new NoiseFrameWriter(transport);
    reader = new NoiseFrameReader(transport);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.executor().execute(() -> releaseHeld(ctx));
  }

  /** Keeps ciphertext until the handshake's listeners have run; takes ownership. */
  void holdBack(@Nullable ByteBuf ciphertext) {
    if (ciphertext == null) return;
    if (held == null || !ciphertext.isReadable()) {
      ciphertext.release();
      return;
    }
    held.add(ciphertext);
    heldBytes += ciphertext.readableBytes();
    if (heldBytes > MAX_HELD_BYTES && context != null) {
      fail(
          context,
          new IllegalStateException(
              heldBytes + " bytes held back behind the handshake, limit " + MAX_HELD_BYTES));
    }
  }

  private void releaseHeld(ChannelHandlerContext ctx) {
    Deque<ByteBuf> waiting = held;
    held = null;
    if (waiting == null || waiting.isEmpty()) return;
    for (ByteBuf ciphertext : waiting) channelRead(ctx, ciphertext);
    if (!failed) channelReadComplete(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
    } else if (failed) {
      in.release();
    } else if (held != null) {
      holdBack(in);
    } else {
      decrypt(ctx, in);
    }
  }

  private void decrypt(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf plaintext = null;
    try {
      plaintext = reader.read(ctx.alloc(), in);
    } catch (NoiseException e) {
      fail(ctx, e);
    } finally {
      in.release();
    }
    if (plaintext != null) {
      firedSinceRead = true;
      ctx.fireChannelRead(plaintext);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!firedSinceRead && !ctx.channel().config().isAutoRead()) ctx.read();
    firedSinceRead = false;
    ctx.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf data)) {
      ReferenceCountUtil.release(message);
      promise.setFailure(new UnsupportedMessageTypeException(message, ByteBuf.class));
      return;
    }
    try {
      writer.write(ctx, data, promise);
    } catch (NoiseException e) {
      fail(ctx, e);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    try {
      writer.finishFrame(ctx);
    } catch (NoiseException e) {
      fail(ctx, e);
    }
    ctx.flush();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    writer.discard();
    ctx.close(promise);
  }

  private void fail(ChannelHandlerContext ctx, Exception cause) {
    if (failed) return;
    failed = true;
    release();
    ctx.fireExceptionCaught(cause);
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    failed = true;
    release();
    context = null;
  }

  private void release() {
    writer.discard();
    reader.discard();
    Deque<ByteBuf> waiting = held;
    if (waiting != null) waiting.forEach(ByteBuf::release);
    held = null;
  }
}
