package org.openagi.p2p.messaging.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.SeededRandom;

class AdaptiveCompressionTest {
  private static final int SMALL = AdaptiveCompression.SMALL_BYTES;

  private final RandomGenerator dice = SeededRandom.of(1);
  private final ZstdCompressor zstd = new ZstdCompressor(1);
  private final AdaptiveCompression compression = new AdaptiveCompression(zstd);
  private final byte[] target = new byte[256 << 10];

  @AfterEach
  void close() {
    zstd.close();
  }

  private byte[] text(int length) {
    byte[] text = new byte[length];
    byte[] line = "{\"status\":\"ok\",\"message\":\"the result is ready\"}"
        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (int i = 0; i < length; i++) text[i] = line[i % line.length];
    return text;
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    dice.nextBytes(noise);
    return noise;
  }

  private int compress(byte[] content) {
    return compression.compress(content, 0, content.length, target, 0);
  }

  @Test
  void contentIsTriedFromTheLeastSizeOn() {
    compress(text(AdaptiveCompression.MIN_BYTES - 1));
    assertEquals(0, compression.tries());
    assertTrue(compress(text(AdaptiveCompression.MIN_BYTES)) > 0);
    assertEquals(1, compression.tries());
    compression.useDictionary();
    compress(text(AdaptiveCompression.MIN_DICTIONARY_BYTES - 1));
    assertEquals(1, compression.tries());
    int packed = compress(text(AdaptiveCompression.MIN_DICTIONARY_BYTES));
    assertTrue(packed > 0 && packed < 58, packed + " bytes");
  }

  @Test
  void onlySmallContentsUseTheDictionaryAndOnlyOnceItIsAgreedOn() {
    assertTrue(compress(text(1000)) > 0);
    assertFalse(compression.usedDictionary());
    compression.useDictionary();
    assertTrue(compress(text(SMALL)) > 0);
    assertTrue(compression.usedDictionary());
    assertTrue(compress(text(SMALL + 1)) > 0);
    assertFalse(compression.usedDictionary());
    assertTrue(compress(text(1000)) > 0);
    assertTrue(compression.usedDictionary());
    assertEquals(0, compress(noise(1000)));
    assertFalse(compression.usedDictionary(), "sent as it is");
  }

  /** 9 of 10 bytes that can't be shortened, and one that can, are at the bound. */
  @Test
  void aTryHasToSaveATenth() {
    assertTrue(compress(mixed(5000, 650)) > 0);
    assertEquals(0, compress(mixed(5000, 350)));
    assertEquals(0, compress(text(5000)), "in the pause");
  }

  /** Noise but for so many bytes at the end. */
  private byte[] mixed(int length, int zeros) {
    byte[] content = noise(length);
    java.util.Arrays.fill(content, length - zeros, length, (byte) 0);
    return content;
  }

  @Test
  void pausesOfSmallContentDoubleUpToTheirBound() {
    checkPauses(
        1024,
        AdaptiveCompression.SMALL_FIRST_PAUSE_BYTES,
        AdaptiveCompression.SMALL_MAX_PAUSE_BYTES);
  }

  @Test
  void pausesOfLargeContentDoubleUpToTheirBound() {
    checkPauses(
        64 << 10, AdaptiveCompression.FIRST_PAUSE_BYTES, AdaptiveCompression.MAX_PAUSE_BYTES);
  }

  private void checkPauses(int length, int firstBytes, int maxBytes) {
    byte[] noise = noise(length);
    long pause = firstBytes;
    for (int round = 0; round < 14; round++) {
      long before = compression.tries();
      compress(noise);
      assertEquals(before + 1, compression.tries(), "due after the pause " + round);
      for (long untried = 0; untried < pause; untried += length) compress(noise);
      assertEquals(before + 1, compression.tries(), pause + " bytes pass untried");
      pause = Math.min(2 * pause, maxBytes);
    }
    assertEquals(maxBytes, pause);
    assertTrue(compress(text(length)) > 0, "the next try is due");
    assertTrue(compress(text(length)) > 0, "and its success ended the pause");
    compress(noise);
    for (long untried = 0; untried < firstBytes; untried += length) compress(noise);
    assertTrue(compress(text(length)) > 0, "pauses start short again");
  }

  @Test
  void picturesBetweenSmallMessagesDoNotStopTheirCompression() {
    compression.useDictionary();
    for (int i = 0; i < 50; i++) {
      assertEquals(0, compress(noise(100_000)));
      assertTrue(compress(text(300)) > 0);
    }
  }

  @Test
  void whatHappenedIsCounted() {
    int packed = compress(text(1000));
    compress(noise(1000));
    assertEquals(1000, compression.rawBytes());
    assertEquals(packed, compression.packedBytes());
    assertEquals(2, compression.tries());
  }
}
