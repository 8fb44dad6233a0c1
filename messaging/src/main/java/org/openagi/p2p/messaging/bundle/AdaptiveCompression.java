package org.openagi.p2p.messaging.bundle;

import org.openagi.p2p.messaging.codec.ChunkCompressor;

/**
 * Compresses a lane's chunks while that pays, and tries again now and then while it does not. Confined to
 * the lane's executor.
 *
 * <p>Each try that saves less than a tenth doubles the bytes that pass untried before the next, from
 * {@value #FIRST_PAUSE_BYTES} up to {@value #MAX_PAUSE_BYTES}; the first that saves more ends the pause. A
 * try looks at a sample first, so content that was compressed or encrypted before costs next to nothing.
 */
public final class AdaptiveCompression implements ChunkCompressor {
  /** Smaller content is sent as it is: a zstd frame costs about 12 bytes, little repeats in less. */
  public static final int MIN_BYTES = 200;

  private static final int SAMPLE_BYTES = 4 << 10;
  private static final long FIRST_PAUSE_BYTES = 64 << 10;
  private static final long MAX_PAUSE_BYTES = 64 << 20;

  private final ZstdCompressor zstd;
  private final byte[] sampleTarget;
  private long pauseBytes;
  private long untriedBytes;
  private long rawBytes;
  private long packedBytes;

  /** Compresses with a context shared by the lanes of an executor. */
  public AdaptiveCompression(ZstdCompressor zstd) {
    this.zstd = zstd;
    this.sampleTarget = new byte[SAMPLE_BYTES];
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    if (length < MIN_BYTES) return 0;
    if (untriedBytes > 0) {
      untriedBytes -= length;
      return 0;
    }
    int packed = worthwhile(source, offset, length)
        ? zstd.compress(source, offset, length, target, targetOffset, length - length / 10)
        : 0;
    if (packed == 0) {
      pauseBytes = Math.clamp(2 * pauseBytes, FIRST_PAUSE_BYTES, MAX_PAUSE_BYTES);
      untriedBytes = pauseBytes;
    } else {
      pauseBytes = 0;
      rawBytes += length;
      packedBytes += packed;
    }
    return packed;
  }

  private boolean worthwhile(byte[] source, int offset, int length) {
    if (length <= 2 * SAMPLE_BYTES) return true;
    int middle = offset + (length - SAMPLE_BYTES) / 2;
    int room = SAMPLE_BYTES - SAMPLE_BYTES / 20;
    return zstd.compress(source, middle, SAMPLE_BYTES, sampleTarget, 0, room) > 0;
  }

  /** Bytes that were compressed, before. */
  public long rawBytes() {
    return rawBytes;
  }

  /** The same after. */
  public long packedBytes() {
    return packedBytes;
  }
}
