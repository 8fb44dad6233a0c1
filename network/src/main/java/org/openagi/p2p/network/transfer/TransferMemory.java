package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.keystore.OwnerOnly;

/**
 * Facts of 40 bytes about transfers, by a key of 32 bytes, that outlive the process: which id a file was
 * offered under, and what was received to its end. The file is written whole at every change. Safe for
 * any thread.
 *
 * <p>Layout: magic {@code OAGITRM1}, entries of 80 bytes (key, value, u64 epoch milliseconds), u32
 * CRC-32C of all before. A damaged file counts as an empty one: what is forgotten costs a repetition.
 */
final class TransferMemory {
  static final int KEY_BYTES = 32;
  static final int VALUE_BYTES = 40;
  static final int MAX_ENTRIES = 1024;
  private static final Duration MAX_AGE = Duration.ofDays(7);
  private static final byte[] MAGIC = "OAGITRM1".getBytes(StandardCharsets.US_ASCII);
  private static final int ENTRY_BYTES = KEY_BYTES + VALUE_BYTES + Long.BYTES;

  private record Fact(Bytes value, long epochMillis) {}

  private final @Nullable Path file;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock; the oldest first. */
  private final Map<Bytes, Fact> facts = new LinkedHashMap<>();

  private TransferMemory(@Nullable Path file, TimeSource time) {
    this.file = file;
    this.time = time;
  }

  /** Reads the file; without one it remembers as long as the process lives. */
  static TransferMemory load(@Nullable Path file, TimeSource time) throws IOException {
    TransferMemory memory = new TransferMemory(file, time);
    if (file == null) return memory;
    try {
      if (Files.size(file) <= MAGIC.length + (long) MAX_ENTRIES * ENTRY_BYTES + Integer.BYTES)
        memory.facts.putAll(decode(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return memory;
    }
    return memory;
  }

  /** What is known under a key. */
  Optional<Bytes> find(Bytes key) {
    lock.lock();
    try {
      long oldest = time.epochMillis() - MAX_AGE.toMillis();
      return Optional.ofNullable(facts.get(key))
          .filter(fact -> fact.epochMillis() >= oldest)
          .map(Fact::value);
    } finally {
      lock.unlock();
    }
  }

  /** Remembers, in place of what was known under the key, and of the oldest if there is too much. */
  void put(Bytes key, Bytes value) throws IOException {
    lock.lock();
    try {
      facts.remove(key);
      if (facts.size() >= MAX_ENTRIES) facts.remove(facts.keySet().iterator().next());
      facts.put(key, new Fact(value, time.epochMillis()));
      save();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets. */
  void remove(Bytes key) throws IOException {
    lock.lock();
    try {
      if (facts.remove(key) != null) save();
    } finally {
      lock.unlock();
    }
  }

  private void save() throws IOException {
    if (file == null) return;
    ByteBuffer out = ByteBuffer.allocate(MAGIC.length + facts.size() * ENTRY_BYTES + Integer.BYTES);
    out.put(MAGIC);
    facts.forEach((key, fact) ->
        out.put(key.toArray()).put(fact.value().toArray()).putLong(fact.epochMillis()));
    out.putInt(checksum(out.array(), out.position()));
    OwnerOnly.replace(file, out.array());
  }

  static Map<Bytes, Fact> decode(byte[] content) {
    Map<Bytes, Fact> found = new LinkedHashMap<>();
    int end = content.length - Integer.BYTES;
    boolean shaped = end >= MAGIC.length && (end - MAGIC.length) % ENTRY_BYTES == 0;
    if (!shaped || !Bytes.copyOf(content, 0, MAGIC.length).equals(Bytes.wrap(MAGIC))) return found;
    ByteBuffer in = ByteBuffer.wrap(content);
    if (in.getInt(end) != checksum(content, end)) return found;
    for (int at = MAGIC.length; at < end; at += ENTRY_BYTES) {
      Bytes key = Bytes.copyOf(content, at, KEY_BYTES);
      Bytes value = Bytes.copyOf(content, at + KEY_BYTES, VALUE_BYTES);
      found.put(key, new Fact(value, in.getLong(at + KEY_BYTES + VALUE_BYTES)));
    }
    return found;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
