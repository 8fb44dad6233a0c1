package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * Packs written buffers into Noise frames as large as allowed. Plaintext is copied into a pooled
 * array-backed buffer with room for length and tag, and sealed there in place.
 *
 * <p>Holds at most one frame that is not full yet. Confined to the channel's event loop.
 */
final class NoiseFrameWriter {
  private static final int OVERHEAD_BYTES = NoiseTransport.LENGTH_BYTES + NoiseTransport.TAG_BYTES;

  /** Longest frame on the wire, its length included. */
  private static final int MAX_FRAME_BYTES =
      NoiseTransport.LENGTH_BYTES + NoiseTransport.MAX_MESSAGE_BYTES;

  private final NoiseTransport transport;
  private final List<ChannelPromise> promises = new ArrayList<>(2);
  private @Nullable ByteBuf frame;
  private int expectedBytes;

  NoiseFrameWriter(NoiseTransport transport) {
    this.transport = transport;
  }

  /**
   * Takes in plaintext; takes ownership. Frames that become full are written to {@code ctx}.
   *
   * @param promise completed with the frame that carries the last byte
   */
  void write(ChannelHandlerContext ctx, ByteBuf data, ChannelPromise promise)
      throws NoiseException {
    try {
      if (!data.isReadable() && frame == null) {
        ctx.write(Unpooled.EMPTY_BUFFER, promise);
        return;
      }
      while (data.isReadable()) {
        ByteBuf target = frameFor(ctx, data.readableBytes());
        int room = NoiseTransport.MAX_PLAINTEXT_BYTES - plaintextBytes(target);
        target.writeBytes(data, Math.min(room, data.readableBytes()));
        if (data.readableBytes() == 0) break;
        seal(ctx);
      }
      if (!promise.isVoid()) promises.add(promise);
      if (plaintextBytes(frame) == NoiseTransport.MAX_PLAINTEXT_BYTES) seal(ctx);
    } catch (NoiseException e) {
      promise.tryFailure(e);
      throw e;
    } finally {
      data.release();
    }
  }

  private ByteBuf frameFor(ChannelHandlerContext ctx, int dataBytes) {
    if (frame == null) {
      int wanted = Math.max(dataBytes + OVERHEAD_BYTES, expectedBytes);
      frame = ctx.alloc().heapBuffer(Math.min(wanted, MAX_FRAME_BYTES), MAX_FRAME_BYTES);
      frame.writerIndex(NoiseTransport.LENGTH_BYTES);
    }
    return frame;
  }

  private static int plaintextBytes(@Nullable ByteBuf frame) {
    return frame == null ? 0 : frame.writerIndex() - NoiseTransport.LENGTH_BYTES;
  }

  /** Writes what was gathered since the last frame, if anything; does not flush. */
  void finishFrame(ChannelHandlerContext ctx) throws NoiseException {
    expectedBytes = frame == null ? 0 : frame.writerIndex() + NoiseTransport.TAG_BYTES;
    if (frame != null) seal(ctx);
  }

  private void seal(ChannelHandlerContext ctx) throws NoiseException {
    ByteBuf sealed = frame;
    if (sealed == null) throw new IllegalStateException("no frame to seal");
    int length = plaintextBytes(sealed);
    sealed.ensureWritable(NoiseTransport.TAG_BYTES);
    byte[] array = sealed.array();
    int offset = sealed.arrayOffset() + NoiseTransport.LENGTH_BYTES;
    int messageBytes =
        transport.seal(NoiseThreadState.get().aead(), array, offset, length, array, offset);
    sealed.setShort(0, messageBytes).writerIndex(NoiseTransport.LENGTH_BYTES + messageBytes);
    frame = null;
    ctx.write(sealed, framePromise(ctx));
  }

  private ChannelPromise framePromise(ChannelHandlerContext ctx) {
    if (promises.isEmpty()) return ctx.newPromise();
    ChannelPromise first = promises.get(0);
    if (promises.size() > 1) {
      List<ChannelPromise> followers = List.copyOf(promises.subList(1, promises.size()));
      first.addListener((ChannelFutureListener) written -> complete(followers, written));
    }
    promises.clear();
    return first;
  }

  private static void complete(List<ChannelPromise> followers, ChannelFuture written) {
    Throwable cause = written.cause();
    for (ChannelPromise follower : followers) {
      if (cause == null) {
        follower.trySuccess();
      } else {
        follower.tryFailure(cause);
      }
    }
  }

  /** Drops what was not flushed and fails its promises, as closing a channel does. */
  void discard() {
    ByteBuf dropped = frame;
    frame = null;
    if (dropped != null) dropped.release();
    if (promises.isEmpty()) return;
    List<ChannelPromise> failing = List.copyOf(promises);
    promises.clear();
    ClosedChannelException closed = new ClosedChannelException();
    for (ChannelPromise promise : failing) promise.tryFailure(closed);
  }
}
