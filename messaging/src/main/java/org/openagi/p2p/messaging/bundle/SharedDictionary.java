package org.openagi.p2p.messaging.bundle;

import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The dictionary that every node has: names of fields and phrases of JSON as agents exchange it. A
 * constant, so nothing of one message ever shows in the length of another. Safe for any thread.
 *
 * @see "docs/wire/message-1.0.md, section 2.7"
 */
final class SharedDictionary {
  /** Another content needs another name, and another bit of the features. */
  static final String RESOURCE = "agent-json-1.zdict";

  private static final byte[] CONTENT = load();

  /** For all decompressors of the process; never closed, because a thread may be using it. */
  private static final class Prepared {
    static final ZstdDictDecompress DECOMPRESS = new ZstdDictDecompress(CONTENT);
  }

  private SharedDictionary() {}

  private static byte[] load() {
    try (InputStream in = SharedDictionary.class.getResourceAsStream(RESOURCE)) {
      if (in == null) throw new IllegalStateException("the program lacks its part " + RESOURCE);
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + RESOURCE + " of the program", e);
    }
  }

  /** A copy of its bytes. */
  static byte[] content() {
    return CONTENT.clone();
  }

  /** Prepares it to compress at a level; the caller closes what it gets. */
  static ZstdDictCompress toCompress(int level) {
    return new ZstdDictCompress(CONTENT, level);
  }

  /** It, prepared to decompress. */
  static ZstdDictDecompress toDecompress() {
    return Prepared.DECOMPRESS;
  }
}
