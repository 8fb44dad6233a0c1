package org.openagi.p2p.network.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.TransferId;

/** The small files that outlive a crash. */
class TransferFilesTest {
  private static final TransferId ID = new TransferId(Bytes.wrap(new byte[16]));
  private static final Bytes SENDER = Bytes.ofUtf8("a sender's id");

  @TempDir
  private Path folder;

  private long nowMillis = 1_000_000_000;

  private final TimeSource time = new TimeSource() {
    @Override
    public long nanoTime() {
      return nowMillis * 1_000_000;
    }

    @Override
    public long epochMillis() {
      return nowMillis;
    }
  };

  @Test
  void aTornRecordAndAllBehindItCountForNothing() {
    Bytes digest = new ContentDigest().value();
    List<StateFile.Checkpoint> records = List.of(
        new StateFile.Checkpoint(false, 1, digest),
        new StateFile.Checkpoint(false, 2, digest),
        new StateFile.Checkpoint(true, 3, digest));
    byte[] whole = new StateFile(ID, SENDER, records).encode();
    int header = whole.length - 3 * StateFile.RECORD_BYTES;
    for (int length = 0; length <= whole.length; length++) {
      Optional<StateFile> read = StateFile.decode(Arrays.copyOf(whole, length));
      assertEquals(length >= header, read.isPresent());
      int complete = (length - header) / StateFile.RECORD_BYTES;
      if (read.isPresent())
        assertEquals(records.subList(0, complete), read.get().records());
    }
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Optional<StateFile> read = StateFile.decode(damaged);
      int before = (bit / 8 - header) / StateFile.RECORD_BYTES;
      assertEquals(bit / 8 >= header, read.isPresent());
      if (read.isPresent()) assertEquals(records.subList(0, before), read.get().records());
    }
  }

  @Test
  void aStateThatGrewTooLongBeginsAgain() throws Exception {
    FileStore store = new FileStore(folder.resolve("x"), ID, SENDER, false);
    ContentDigest digest = store.open();
    byte[] piece = new byte[10];
    int many = StateFile.MAX_BYTES / StateFile.RECORD_BYTES + 10;
    for (int i = 0; i < many; i++) {
      store.write(piece, 0, 10);
      digest.update(piece, 0, 10);
      if (i % 100 == 0 || i > many - 20) store.checkpoint(digest);
    }
    store.close();
    assertTrue(Files.size(folder.resolve("x.state")) < StateFile.MAX_BYTES);
    ContentDigest again = new FileStore(folder.resolve("x"), ID, SENDER, false).open();
    assertEquals(digest.position(), again.position());
    assertEquals(digest.value(), again.value());
  }

  @Test
  void memoryHoldsTheLatestAndForgetsTheOld() throws Exception {
    Path file = folder.resolve("memory");
    TransferMemory memory = TransferMemory.load(file, time);
    for (int i = 0; i <= TransferMemory.MAX_ENTRIES; i++) {
      if (i % 256 == 0 || i >= TransferMemory.MAX_ENTRIES - 1) nowMillis++;
      memory.put(key(i), value(i));
    }
    TransferMemory read = TransferMemory.load(file, time);
    assertEquals(Optional.empty(), read.find(key(0)));
    assertEquals(Optional.of(value(1)), read.find(key(1)));
    read.remove(key(1));
    assertEquals(Optional.empty(), TransferMemory.load(file, time).find(key(1)));
    nowMillis += 8L * 24 * 3600 * 1000;
    assertEquals(Optional.empty(), read.find(key(2)));
  }

  @Test
  void aDamagedMemoryIsAnEmptyOne() throws Exception {
    Path file = folder.resolve("memory");
    TransferMemory memory = TransferMemory.load(file, time);
    memory.put(key(1), value(1));
    byte[] content = Files.readAllBytes(file);
    content[20] ^= 1;
    Files.write(file, content);
    assertEquals(Optional.empty(), TransferMemory.load(file, time).find(key(1)));
    Files.write(file, new byte[200_000]);
    assertEquals(Optional.empty(), TransferMemory.load(file, time).find(key(1)));
  }

  @Test
  void marksAreBoundedAndFindTheNearest() {
    Marks marks = new Marks();
    ContentDigest digest = new ContentDigest();
    for (int i = 1; i <= 100; i++) {
      digest.update(new byte[10], 0, 10);
      marks.add(digest.copy());
    }
    assertEquals(Marks.MAX, marks.size());
    assertEquals(0, marks.before(15).position());
    assertEquals(500, marks.before(507).position());
    marks.onDurable(507);
    assertEquals(500, marks.before(507).position());
    assertEquals(0, marks.before(499).position());
  }

  private static Bytes key(int i) {
    return Digests.sha256(Bytes.ofUtf8("" + i));
  }

  private static Bytes value(int i) {
    byte[] value = new byte[TransferMemory.VALUE_BYTES];
    value[0] = (byte) i;
    value[1] = (byte) (i >> 8);
    return Bytes.wrap(value);
  }
}
