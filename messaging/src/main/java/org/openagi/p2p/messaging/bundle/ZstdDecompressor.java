package org.openagi.p2p.messaging.bundle;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.messaging.codec.ChunkDecompressor;

/** Decompresses with native contexts kept in small pools. Safe for any thread. */
public final class ZstdDecompressor implements ChunkDecompressor, AutoCloseable {
  /** Contexts kept of a kind; when more threads decompress at a time, more are made and freed again. */
  private static final int POOLED = 4;

  private final ArrayBlockingQueue<ZstdDecompressCtx> plain = new ArrayBlockingQueue<>(POOLED);
  private final ArrayBlockingQueue<ZstdDecompressCtx> withDictionary =
      new ArrayBlockingQueue<>(POOLED);

  @Override
  public byte[] decompress(byte[] source, int offset, int length, int rawLength, boolean dictionary)
      throws ProtocolViolationException {
    long declared = Zstd.getFrameContentSize(source, offset, length);
    if (declared != rawLength) {
      throw violation("zstd frame declares " + declared + " bytes, its chunk " + rawLength, null);
    }
    byte[] raw = new byte[rawLength];
    ArrayBlockingQueue<ZstdDecompressCtx> pool = dictionary ? withDictionary : plain;
    ZstdDecompressCtx context = pool.poll();
    if (context == null) context = newContext(dictionary);
    int got;
    try {
      got = context.decompressByteArray(raw, 0, rawLength, source, offset, length);
    } catch (ZstdException e) {
      throw violation("zstd: " + e.getMessage(), e);
    } finally {
      if (!pool.offer(context)) context.close();
    }
    if (got != rawLength) throw violation("zstd gave " + got + " bytes for " + rawLength, null);
    return raw;
  }

  private static ZstdDecompressCtx newContext(boolean dictionary) {
    ZstdDecompressCtx context = new ZstdDecompressCtx();
    return dictionary ? context.loadDict(SharedDictionary.toDecompress()) : context;
  }

  private static ProtocolViolationException violation(String message, @Nullable Throwable cause) {
    return new ProtocolViolationException(Scope.STREAM, message, cause);
  }

  @Override
  public void close() {
    drain(plain);
    drain(withDictionary);
  }

  private static void drain(ArrayBlockingQueue<ZstdDecompressCtx> pool) {
    ZstdDecompressCtx context;
    while ((context = pool.poll()) != null) context.close();
  }
}
