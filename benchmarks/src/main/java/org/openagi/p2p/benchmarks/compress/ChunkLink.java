package org.openagi.p2p.benchmarks.compress;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.ChunkReader;

/**
 * A lane without what lies between its ends: messages become chunks, and chunks messages. Counts bytes of
 * frames and the processor time of this thread on both sides. Not safe for threads.
 */
final class ChunkLink implements AutoCloseable {
  /** How contents travel. */
  enum Way {
    AS_IT_IS,
    ZSTD,
    DICTIONARY
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int LEVEL = 1;
  private static final long TIME = 1_767_225_600_000L;

  private final ChunkEncoder encoder = new ChunkEncoder();
  private final ZstdCompressor zstd = new ZstdCompressor(LEVEL);
  private final ZstdDecompressor decompressor = new ZstdDecompressor();
  private final ChunkReader reader = new ChunkReader(Lane.BULK, NetworkMessage.MAX_PAYLOAD_BYTES);
  private final @Nullable AdaptiveCompression compression;
  private final List<byte[]> bodies = new ArrayList<>();
  private long frameBytes;
  private long sendNanos;
  private long receiveNanos;

  ChunkLink(Way way) {
    compression = way == Way.AS_IT_IS ? null : new AdaptiveCompression(zstd);
    if (compression != null && way == Way.DICTIONARY) compression.useDictionary();
  }

  /**
   * Sends all, then receives all.
   *
   * @param stream whether they share chunks, as messages that wait do, or each has one of its own
   */
  void carry(List<byte[]> payloads, boolean stream) throws ProtocolViolationException {
    List<NetworkMessage> messages = new ArrayList<>();
    for (byte[] each : payloads) messages.add(NetworkMessage.data("b", Bytes.wrap(each)));
    long start = THREADS.getCurrentThreadCpuTime();
    send(messages, stream);
    long sent = THREADS.getCurrentThreadCpuTime();
    List<Bytes> got = receive(messages.size());
    sendNanos = sent - start;
    receiveNanos = THREADS.getCurrentThreadCpuTime() - sent;
    for (int i = 0; i < payloads.size(); i++) {
      if (!got.get(i).equals(Bytes.wrap(payloads.get(i)))) {
        throw new IllegalStateException("message " + i + " came out as another");
      }
    }
  }

  private void send(List<NetworkMessage> messages, boolean stream) {
    int next = 0;
    int sentOfNext = 0;
    while (next < messages.size()) {
      encoder.begin(next + 1, TIME);
      do {
        NetworkMessage message = messages.get(next);
        sentOfNext += sentOfNext == 0
            ? encoder.addMessage(message, TIME, 0)
            : encoder.addContinuation(message, sentOfNext);
        if (sentOfNext < message.payload().length()) break; // the rest goes into the next chunk
        next++;
        sentOfNext = 0;
      } while (stream && next < messages.size() && !encoder.isFull());
      finishChunk();
    }
  }

  private void finishChunk() {
    encoder.finish(bodies.isEmpty(), compression);
    byte[] array = encoder.array();
    int end = encoder.frameOffset() + encoder.frameLength();
    int at = encoder.frameOffset() + 1;
    while (array[at++] < 0) {} // the frame's length
    bodies.add(Arrays.copyOfRange(array, at, end));
    frameBytes += encoder.frameLength();
  }

  private List<Bytes> receive(int expected) throws ProtocolViolationException {
    List<Bytes> payloads = new ArrayList<>(expected);
    for (byte[] body : bodies) {
      ChunkHeader header = ChunkHeader.decode(body);
      int offset = header.contentOffset();
      int length = body.length - offset;
      if (header.has(ChunkHeader.ZSTD)) {
        boolean dictionary = header.has(ChunkHeader.DICTIONARY);
        byte[] raw = decompressor.decompress(body, offset, length, header.rawLength(), dictionary);
        reader.start(header, raw, 0, raw.length);
      } else {
        reader.start(header, body, offset, length);
      }
      while (reader.next() == ChunkReader.MESSAGE) payloads.add(reader.payload());
    }
    return payloads;
  }

  long frameBytes() {
    return frameBytes;
  }

  long sendNanos() {
    return sendNanos;
  }

  long receiveNanos() {
    return receiveNanos;
  }

  @Override
  public void close() {
    zstd.close();
    decompressor.close();
  }
}
