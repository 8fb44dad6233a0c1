package org.openagi.p2p.messaging.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDictCompress;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.Repository;

class SharedDictionaryTest {
  private final ZstdCompressor zstd = new ZstdCompressor(1);
  private final ZstdDecompressor decompressor = new ZstdDecompressor();
  private final DictionaryCorpus corpus = new DictionaryCorpus(99);
  private final byte[] target = new byte[1 << 20];

  @AfterEach
  void close() {
    zstd.close();
    decompressor.close();
  }

  /** Nodes that differ in it can't read each other: it must never change under its name. */
  @Test
  void itIsTheOneOfTheDocument() throws Exception {
    byte[] content = SharedDictionary.content();
    String sha256 =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    String text = Files.readString(Repository.file("docs/wire/message-1.0.md"));
    assertTrue(text.contains(sha256), "docs/wire/message-1.0.md does not name " + sha256);
    assertTrue(text.contains("8,192 bytes"));
    assertEquals(8192, content.length);
    assertTrue(Zstd.getDictIdFromDict(content) != 0, "a dictionary in the form of zstd");
  }

  /** The recipe is kept with the dish. */
  @Test
  void whatTheCorpusGivesTodayIsNoBetter() {
    long ours = 0;
    long again = 0;
    try (ZstdDictCompress made = new ZstdDictCompress(DictionaryCorpus.train(), 1)) {
      for (int i = 0; i < 500; i++) {
        byte[] message = corpus.message(i);
        ours += zstd.compressWithDictionary(message, 0, message.length, target, 0, target.length);
        again += Zstd.compress(message, made).length - 4; // which names its dictionary
      }
    }
    assertTrue(ours < again + again / 50, ours + " bytes, trained anew " + again);
  }

  @Test
  void smallJsonShrinksToHalfOfWhatItWasWithout() {
    long plain = 0;
    long with = 0;
    for (int i = 0; i < 500; i++) {
      byte[] message = corpus.message(i);
      plain += zstd.compress(message, 0, message.length, target, 0, target.length);
      with += zstd.compressWithDictionary(message, 0, message.length, target, 0, target.length);
    }
    assertTrue(with < 0.6 * plain, with + " bytes, without the dictionary " + plain);
  }

  @Test
  void whatGoesInComesOutOnManyThreads() throws Exception {
    List<byte[]> messages = new ArrayList<>();
    List<byte[]> packed = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] message = corpus.message(i);
      int length =
          zstd.compressWithDictionary(message, 0, message.length, target, 0, target.length);
      messages.add(message);
      packed.add(Arrays.copyOf(target, length));
    }
    Callable<Void> all = () -> {
      for (int i = 0; i < messages.size(); i++) {
        assertArrayEquals(messages.get(i), unpack(packed.get(i), messages.get(i).length, true));
      }
      return null;
    };
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Void> each : threads.invokeAll(java.util.Collections.nCopies(16, all))) {
        each.get();
      }
    }
  }

  private byte[] unpack(byte[] packed, int rawLength, boolean dictionary)
      throws ProtocolViolationException {
    return decompressor.decompress(packed, 0, packed.length, rawLength, dictionary);
  }

  @Test
  void aFrameMadeWithAnotherDictionaryOrWithoutIsRefusedOrComesOutWhole() throws Exception {
    byte[] message = corpus.message(5);
    int with = zstd.compressWithDictionary(message, 0, message.length, target, 0, target.length);
    byte[] packed = Arrays.copyOf(target, with);
    assertThrows(ProtocolViolationException.class, () -> unpack(packed, message.length, false));
    int plain = zstd.compress(message, 0, message.length, target, 0, target.length);
    assertArrayEquals(message, unpack(Arrays.copyOf(target, plain), message.length, true));
    byte[] foreign = SharedDictionary.content();
    foreign[4] ^= 1; // its id
    try (ZstdDictCompress other = new ZstdDictCompress(foreign, 1)) {
      byte[] named = Zstd.compress(message, other);
      assertThrows(ProtocolViolationException.class, () -> unpack(named, message.length, true));
    }
  }

  @Test
  void bombsAreRefusedByDeclaredAndByRealSize() throws Exception {
    byte[] large = new byte[1 << 20];
    int length = zstd.compressWithDictionary(large, 0, large.length, target, 0, target.length);
    byte[] bomb = Arrays.copyOf(target, length);
    assertTrue(bomb.length < 200, bomb.length + " bytes");
    assertThrows(ProtocolViolationException.class, () -> unpack(bomb, 1000, true));
    byte[] liar = bomb.clone();
    Arrays.fill(liar, 6, 10, (byte) 0); // the size stands after magic, descriptor and window
    liar[7] = 4;
    assertEquals(1024, Zstd.getFrameContentSize(liar));
    assertThrows(ProtocolViolationException.class, () -> unpack(liar, 1024, true));
    assertArrayEquals(large, unpack(bomb, large.length, true));
  }

  /** One that did not fit must not change how the next are compressed. */
  @Test
  void aTryThatFailedLeavesLevelAndDictionaryAsTheyWere() throws IOException {
    byte[] noise = new byte[4000];
    new java.util.Random(1).nextBytes(noise);
    byte[] text = Files.readAllBytes(Repository.file("docs/wire/message-1.0.md"));
    try (ZstdCompressor thorough = new ZstdCompressor(19)) {
      int before = thorough.compress(text, 0, text.length, target, 0, target.length);
      int small = thorough.compressWithDictionary(text, 0, 300, target, 0, target.length);
      assertEquals(0, thorough.compress(noise, 0, noise.length, target, 0, 3600));
      assertEquals(0, thorough.compressWithDictionary(noise, 0, noise.length, target, 0, 3600));
      assertEquals(before, thorough.compress(text, 0, text.length, target, 0, target.length));
      assertEquals(small, thorough.compressWithDictionary(text, 0, 300, target, 0, target.length));
    }
  }
}
