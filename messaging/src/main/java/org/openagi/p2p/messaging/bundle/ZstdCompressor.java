package org.openagi.p2p.messaging.bundle;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/**
 * Native zstd contexts, one without and one with the dictionary, made at first use. Confined to one event
 * loop, shared by its lanes.
 */
public final class ZstdCompressor implements AutoCloseable {
  private final int level;
  private @Nullable ZstdCompressCtx plain;
  private @Nullable ZstdCompressCtx withDictionary;
  private @Nullable ZstdDictCompress dictionary;

  /**
   * A compressor.
   *
   * @param level 1 (fast) to 19
   */
  public ZstdCompressor(int level) {
    this.level = level;
  }

  /** Compresses a range of an array; 0 if the result would not fit into {@code room} bytes. */
  int compress(byte[] source, int offset, int length, byte[] target, int targetOffset, int room) {
    ZstdCompressCtx zstd = plain;
    if (zstd == null) {
      zstd = newContext();
      plain = zstd;
    }
    return compress(zstd, source, offset, length, target, targetOffset, room);
  }

  /** The same with the dictionary that every node has. */
  int compressWithDictionary(
      byte[] source, int offset, int length, byte[] target, int targetOffset, int room) {
    ZstdCompressCtx zstd = withDictionary;
    if (zstd == null) {
      ZstdDictCompress prepared = SharedDictionary.toCompress(level);
      dictionary = prepared;
      zstd = newContext().loadDict(prepared);
      withDictionary = zstd;
    }
    return compress(zstd, source, offset, length, target, targetOffset, room);
  }

  private static int compress(
      ZstdCompressCtx zstd,
      byte[] source,
      int offset,
      int length,
      byte[] target,
      int targetOffset,
      int room) {
    try {
      return zstd.compressByteArray(target, targetOffset, room, source, offset, length);
    } catch (ZstdException tooLittleRoom) {
      return 0; // each call starts a new frame, with the level and the dictionary as they were set
    }
  }

  /** The chunk's header names the dictionary, so the frame does not. */
  private ZstdCompressCtx newContext() {
    return new ZstdCompressCtx()
        .setLevel(level)
        .setContentSize(true)
        .setChecksum(false)
        .setDictID(false);
  }

  @Override
  public void close() {
    ZstdCompressCtx first = plain;
    ZstdCompressCtx second = withDictionary;
    ZstdDictCompress third = dictionary;
    plain = null;
    withDictionary = null;
    dictionary = null;
    if (first != null) first.close();
    if (second != null) second.close();
    if (third != null) third.close();
  }
}
