package org.openagi.p2p.messaging.bundle;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/** A native zstd context, made at first use. Confined to one event loop, shared by its lanes. */
public final class ZstdCompressor implements AutoCloseable {
  private final int level;
  private @Nullable ZstdCompressCtx context;

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
    ZstdCompressCtx zstd = context;
    if (zstd == null) {
      zstd = new ZstdCompressCtx().setLevel(level).setContentSize(true).setChecksum(false);
      context = zstd;
    }
    try {
      return zstd.compressByteArray(target, targetOffset, room, source, offset, length);
    } catch (ZstdException tooLittleRoom) {
      zstd.reset();
      return 0;
    }
  }

  @Override
  public void close() {
    ZstdCompressCtx zstd = context;
    context = null;
    if (zstd != null) zstd.close();
  }
}
