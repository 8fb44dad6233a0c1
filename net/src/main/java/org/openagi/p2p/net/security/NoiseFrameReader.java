package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * Takes Noise frames out of a byte stream and opens them.
 *
 * <p>Frames that are complete within one read are opened from where they are; only a frame that is
 * cut by the end of a read is kept, in a buffer that grows with the bytes that really arrived. A frame
 * is opened in place in the thread's scratch array and leaves in a direct buffer; see {@link
 * NoiseFrameWriter} for why.
 * Confined to the channel's event loop.
 */
final class NoiseFrameReader {
  private static final int LENGTH_BYTES = NoiseTransport.LENGTH_BYTES;

  /** First size of the buffer for a cut frame. */
  private static final int MIN_PARTIAL_BYTES = 512;

  private final NoiseTransport transport;
  private @Nullable ByteBuf partial;

  NoiseFrameReader(NoiseTransport transport) {
    this.transport = transport;
  }

  /**
   * Opens all complete frames.
   *
   * @param in consumed; the caller keeps ownership
   * @return their plaintexts in one buffer, owned by the caller; null if there is none
   * @throws NoiseException on the first frame that is malformed or not authentic
   */
  @Nullable
  ByteBuf read(ByteBufAllocator allocator, ByteBuf in) throws NoiseException {
    if (partial != null && !fillPartial(partial, in)) return null;
    int plaintextBytes = completePlaintextBytes(in);
    ByteBuf out = plaintextBytes == 0 ? null : allocator.directBuffer(plaintextBytes);
    try {
      openAll(in, out);
      keepRest(allocator, in);
      ByteBuf result = out;
      out = null;
      return result;
    } finally {
      if (out != null) out.release();
    }
  }

  /** Moves bytes into the cut frame; returns whether it is complete now. */
  private static boolean fillPartial(ByteBuf partial, ByteBuf in) throws NoiseException {
    if (partial.readableBytes() < LENGTH_BYTES) move(in, partial, LENGTH_BYTES);
    if (partial.readableBytes() < LENGTH_BYTES) return false;
    int frameBytes = LENGTH_BYTES + messageBytes(partial, partial.readerIndex());
    move(in, partial, frameBytes);
    return partial.readableBytes() == frameBytes;
  }

  private static void move(ByteBuf from, ByteBuf to, int upToBytes) {
    to.writeBytes(from, Math.min(upToBytes - to.readableBytes(), from.readableBytes()));
  }

  private static int messageBytes(ByteBuf in, int index) throws NoiseException {
    int length = in.getUnsignedShort(index);
    NoiseTransport.requireMessageBytes(length);
    return length;
  }

  /** Plaintext bytes of the cut frame, if there is one, and of all frames complete in {@code in}. */
  private int completePlaintextBytes(ByteBuf in) throws NoiseException {
    int total =
        partial == null ? 0 : partial.readableBytes() - LENGTH_BYTES - NoiseTransport.TAG_BYTES;
    int index = in.readerIndex();
    while (in.writerIndex() - index >= LENGTH_BYTES) {
      int length = messageBytes(in, index);
      if (in.writerIndex() - index - LENGTH_BYTES < length) break;
      total += length - NoiseTransport.TAG_BYTES;
      index += LENGTH_BYTES + length;
    }
    return total;
  }

  private void openAll(ByteBuf in, @Nullable ByteBuf out) throws NoiseException {
    NoiseThreadState thread = NoiseThreadState.get();
    if (partial != null) {
      ByteBuf complete = partial;
      partial = null;
      try {
        complete.skipBytes(LENGTH_BYTES);
        open(thread, complete, complete.readableBytes(), out);
      } finally {
        complete.release();
      }
    }
    while (in.readableBytes() >= LENGTH_BYTES) {
      int length = in.getUnsignedShort(in.readerIndex());
      if (in.readableBytes() < LENGTH_BYTES + length) break;
      in.skipBytes(LENGTH_BYTES);
      open(thread, in, length, out);
    }
  }

  private void open(NoiseThreadState thread, ByteBuf in, int length, @Nullable ByteBuf out)
      throws NoiseException {
    byte[] scratch = thread.scratch();
    int opened;
    if (in.hasArray()) {
      int offset = in.arrayOffset() + in.readerIndex();
      opened = transport.open(thread.aead(), in.array(), offset, length, scratch, 0);
    } else {
      in.getBytes(in.readerIndex(), scratch, 0, length);
      opened = transport.open(thread.aead(), scratch, 0, length, scratch, 0);
    }
    in.skipBytes(length);
    if (out != null) out.writeBytes(scratch, 0, opened);
  }

  private void keepRest(ByteBufAllocator allocator, ByteBuf in) {
    int rest = in.readableBytes();
    if (rest == 0) return;
    int frameBytes = LENGTH_BYTES + NoiseTransport.MAX_MESSAGE_BYTES;
    partial = allocator
        .directBuffer(Math.min(frameBytes, Math.max(MIN_PARTIAL_BYTES, 2 * rest)), frameBytes)
        .writeBytes(in);
  }

  /** Drops a cut frame. */
  void discard() {
    if (partial != null) partial.release();
    partial = null;
  }
}
