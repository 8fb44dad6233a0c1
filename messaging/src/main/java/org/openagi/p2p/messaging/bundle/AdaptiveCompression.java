package org.openagi.p2p.messaging.bundle;

import org.openagi.p2p.messaging.codec.ChunkCompressor;

/**
 * Compresses a lane's chunks while that pays, and tries again now and then while it does not. Confined to
 * the lane's executor.
 *
 * <p>A try that saves less than a tenth starts a pause: so many bytes pass untried, twice as many after
 * each further try of that kind, up to a bound; the first try that saves more ends the pause. Small and
 * large contents pause apart, so that pictures between them don't stop the compression of small messages.
 * A try on large content looks at a sample first: what was compressed or encrypted before costs next to
 * nothing.
 *
 * <p>Small contents are compressed with the dictionary that every node has, once the recipient has agreed
 * ({@link #useDictionary}). Nothing else is carried over from one chunk to the next but those pauses.
 */
public final class AdaptiveCompression implements ChunkCompressor {
  /** Smaller content is sent as it is: a zstd frame costs about 12 bytes, little repeats in less. */
  public static final int MIN_BYTES = 200;

  /** The same once the dictionary is agreed on. */
  public static final int MIN_DICTIONARY_BYTES = 64;

  /** Longer contents repeat themselves: the dictionary brings them little, and costs more time. */
  public static final int SMALL_BYTES = 8 << 10;

  static final int SMALL_FIRST_PAUSE_BYTES = 4 << 10;
  static final int SMALL_MAX_PAUSE_BYTES = 256 << 10;
  static final int FIRST_PAUSE_BYTES = 64 << 10;
  static final int MAX_PAUSE_BYTES = 64 << 20;

  private static final int SAMPLE_BYTES = 4 << 10;

  /** When the next try is due. */
  private static final class Pause {
    private final int firstBytes;
    private final int maxBytes;
    private int pauseBytes;
    private int untriedBytes;

    Pause(int firstBytes, int maxBytes) {
      this.firstBytes = firstBytes;
      this.maxBytes = maxBytes;
    }

    boolean skips(int length) {
      if (untriedBytes <= 0) return false;
      untriedBytes -= length;
      return true;
    }

    void onTried(boolean saved) {
      pauseBytes = saved ? 0 : Math.clamp(2L * pauseBytes, firstBytes, maxBytes);
      untriedBytes = pauseBytes;
    }
  }

  private final ZstdCompressor zstd;
  private final Pause small = new Pause(SMALL_FIRST_PAUSE_BYTES, SMALL_MAX_PAUSE_BYTES);
  private final Pause large = new Pause(FIRST_PAUSE_BYTES, MAX_PAUSE_BYTES);
  private byte[] sampleTarget = {};
  private boolean agreed;
  private boolean usedDictionary;
  private long tries;
  private long rawBytes;
  private long packedBytes;

  /** Compresses with contexts shared by the lanes of an executor, without the dictionary. */
  public AdaptiveCompression(ZstdCompressor zstd) {
    this.zstd = zstd;
  }

  /** The recipient has the dictionary and agreed to its use. */
  public void useDictionary() {
    agreed = true;
  }

  @Override
  public int compress(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    usedDictionary = false;
    if (length < (agreed ? MIN_DICTIONARY_BYTES : MIN_BYTES)) return 0;
    Pause pause = length <= SMALL_BYTES ? small : large;
    if (pause.skips(length)) return 0;
    int packed = tryIt(source, offset, length, target, targetOffset);
    pause.onTried(packed > 0);
    if (packed > 0) {
      rawBytes += length;
      packedBytes += packed;
    }
    return packed;
  }

  private int tryIt(byte[] source, int offset, int length, byte[] target, int targetOffset) {
    tries++;
    int room = length - length / 10;
    if (length > SMALL_BYTES) {
      return worthwhile(source, offset, length)
          ? zstd.compress(source, offset, length, target, targetOffset, room)
          : 0;
    }
    if (!agreed) return zstd.compress(source, offset, length, target, targetOffset, room);
    int packed = zstd.compressWithDictionary(source, offset, length, target, targetOffset, room);
    usedDictionary = packed > 0;
    return packed;
  }

  private boolean worthwhile(byte[] source, int offset, int length) {
    if (sampleTarget.length == 0) sampleTarget = new byte[SAMPLE_BYTES];
    int middle = offset + (length - SAMPLE_BYTES) / 2;
    int room = SAMPLE_BYTES - SAMPLE_BYTES / 20;
    return zstd.compress(source, middle, SAMPLE_BYTES, sampleTarget, 0, room) > 0;
  }

  @Override
  public boolean usedDictionary() {
    return usedDictionary;
  }

  /** How many contents were tried, the samples of large ones included. */
  long tries() {
    return tries;
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
