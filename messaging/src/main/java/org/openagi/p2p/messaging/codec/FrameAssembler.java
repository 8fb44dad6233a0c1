package org.openagi.p2p.messaging.codec;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Cuts a byte stream into frames. Confined to the stream's event loop.
 *
 * <p>Holds at most one frame. Memory for a frame grows with the bytes that arrived, not with the length
 * that was announced: up to {@value #TRUSTED_BYTES} at once, then doubling.
 *
 * @see "docs/wire/message-1.0.md, section 2"
 */
public final class FrameAssembler {
  /** Takes the frames. */
  public interface Sink {
    /**
     * A frame is complete.
     *
     * @param body exactly the body, the sink's to keep
     * @return false to stop: what follows in the stream is dropped
     */
    boolean onFrame(int type, byte[] body) throws ProtocolViolationException;
  }

  private static final int TRUSTED_BYTES = 80 << 10;
  private static final byte[] NOTHING = new byte[0];

  private final Sink sink;
  private final int maxBodyBytes;
  private boolean stopped;
  private int type = -1;
  private int lengthShift;
  private int length;
  private boolean inBody;
  private byte[] body = NOTHING;
  private int filled;

  /** Hands frames of at most {@link WireLimits#MAX_BODY_BYTES} to a sink. */
  public FrameAssembler(Sink sink) {
    this(sink, WireLimits.MAX_BODY_BYTES);
  }

  /**
   * Hands frames to a sink.
   *
   * @param maxBodyBytes longest body allowed, below 2 MiB
   */
  public FrameAssembler(Sink sink, int maxBodyBytes) {
    this.sink = sink;
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Takes the next bytes of the stream and hands over the frames they complete. Borrows the buffer and
   * reads all of it.
   *
   * @throws ProtocolViolationException if a length is not allowed, or from the sink; nothing more may
   *     be given in then
   */
  public void onBytes(ByteBuf in) throws ProtocolViolationException {
    while (!stopped && in.isReadable()) {
      if (!inBody && !readHeader(in)) return;
      int take = Math.min(in.readableBytes(), length - filled);
      if (take > 0) {
        makeRoom(take);
        in.readBytes(body, filled, take);
        filled += take;
      }
      if (filled == length) deliver();
    }
    if (stopped) in.skipBytes(in.readableBytes());
  }

  /** Bytes of a frame that is not complete yet, header excluded. */
  public int pendingBytes() {
    return filled;
  }

  /** Whether the stream stands between two frames, where its end is in order. */
  public boolean isBetweenFrames() {
    return type < 0;
  }

  private boolean readHeader(ByteBuf in) throws ProtocolViolationException {
    if (type < 0) {
      type = in.readUnsignedByte();
      lengthShift = 0;
      length = 0;
    }
    while (in.isReadable()) {
      byte b = in.readByte();
      length |= (b & 0x7f) << lengthShift;
      if (b >= 0) {
        if (b == 0 && lengthShift > 0) throw WireReader.violation("frame length not shortest");
        checkLength();
        startBody();
        return true;
      }
      lengthShift += 7;
      if (lengthShift >= 21) throw WireReader.violation("frame length of more than 3 bytes");
    }
    return false;
  }

  private void checkLength() throws ProtocolViolationException {
    if (length > maxBodyBytes) {
      throw WireReader.violation(
          "frame of type " + type + " with " + length + " bytes, allowed are " + maxBodyBytes);
    }
  }

  private void startBody() {
    inBody = true;
    filled = 0;
    body = length == 0 ? NOTHING : new byte[Math.min(length, TRUSTED_BYTES)];
  }

  private void makeRoom(int more) {
    if (filled + more <= body.length) return;
    long doubled = 2L * body.length;
    body = Arrays.copyOf(body, (int) Math.min(length, Math.max(doubled, filled + more)));
  }

  private void deliver() throws ProtocolViolationException {
    byte[] complete = body;
    int frameType = type;
    body = NOTHING;
    type = -1;
    inBody = false;
    filled = 0;
    stopped = !sink.onFrame(frameType, complete);
  }
}
