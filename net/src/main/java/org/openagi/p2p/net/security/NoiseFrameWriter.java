package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * Packs written buffers into Noise frames as large as allowed. Buffers wait uncopied until flush or
 * until they fill a frame; then they are copied into the thread's scratch array, sealed there in place,
 * and leave in one direct buffer, which the socket takes as it is.
 *
 * <p>No array of a pool is involved: Netty's allocator does not pool array-backed buffers of this size
 * (above 16.5 KiB in a small heap), and clearing new ones costs as much as half of the encryption.
 *
 * <p>Holds less than one frame of plaintext between calls. Confined to the channel's event loop.
 */
final class NoiseFrameWriter {
  private final NoiseTransport transport;
  private final Deque<ByteBuf> pending = new ArrayDeque<>(2);
  private final List<ChannelPromise> promises = new ArrayList<>(2);
  private int pendingBytes;

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
    if (!data.isReadable()) {
      writeNothing(ctx, data, promise);
      return;
    }
    pending.add(data);
    pendingBytes += data.readableBytes();
    try {
      while (pendingBytes > NoiseTransport.MAX_PLAINTEXT_BYTES) seal(ctx);
      if (!promise.isVoid()) promises.add(promise);
      if (pendingBytes == NoiseTransport.MAX_PLAINTEXT_BYTES) seal(ctx);
    } catch (NoiseException e) {
      promise.tryFailure(e);
      throw e;
    }
  }

  private void writeNothing(ChannelHandlerContext ctx, ByteBuf data, ChannelPromise promise) {
    if (pending.isEmpty()) {
      ctx.write(data, promise);
    } else {
      data.release();
      if (!promise.isVoid()) promises.add(promise);
    }
  }

  /** Writes what was gathered since the last frame, if anything; does not flush. */
  void finishFrame(ChannelHandlerContext ctx) throws NoiseException {
    if (pendingBytes > 0) seal(ctx);
  }

  private void seal(ChannelHandlerContext ctx) throws NoiseException {
    NoiseThreadState thread = NoiseThreadState.get();
    byte[] scratch = thread.scratch();
    int length = Math.min(pendingBytes, NoiseTransport.MAX_PLAINTEXT_BYTES);
    gather(scratch, length);
    pendingBytes -= length;
    int messageBytes = transport.seal(thread.aead(), scratch, 0, length, scratch, 0);
    ByteBuf frame = ctx.alloc().directBuffer(NoiseTransport.LENGTH_BYTES + messageBytes);
    frame.writeShort(messageBytes).writeBytes(scratch, 0, messageBytes);
    ctx.write(frame, framePromise(ctx));
  }

  private void gather(byte[] target, int length) {
    int gathered = 0;
    while (gathered < length) {
      ByteBuf first = pending.getFirst();
      int bytes = Math.min(length - gathered, first.readableBytes());
      first.readBytes(target, gathered, bytes);
      gathered += bytes;
      if (!first.isReadable()) pending.removeFirst().release();
    }
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
    for (ByteBuf data = pending.poll(); data != null; data = pending.poll()) data.release();
    pendingBytes = 0;
    if (promises.isEmpty()) return;
    List<ChannelPromise> failing = List.copyOf(promises);
    promises.clear();
    ClosedChannelException closed = new ClosedChannelException();
    for (ChannelPromise promise : failing) promise.tryFailure(closed);
  }
}
