package org.openagi.p2p.benchmarks.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** What docs/benchmarks.md says of bytes, roughly; times are not asserted. */
class CompressionBenchTest {
  private static long bytes(ChunkLink.Way way, List<byte[]> messages, boolean stream)
      throws ProtocolViolationException {
    try (ChunkLink link = new ChunkLink(way)) {
      link.carry(messages, stream);
      return link.frameBytes();
    }
  }

  @Test
  void theDictionaryHelpsLoneSmallMessagesAndHarmsNoOthers() throws ProtocolViolationException {
    for (int size : new int[] {256, 1024, 16 << 10, 64 << 10}) {
      AgentMessages source = new AgentMessages(3);
      List<byte[]> messages = new ArrayList<>();
      for (int i = 0; i < 100; i++) messages.add(source.next(size));
      long plain = bytes(ChunkLink.Way.ZSTD, messages, false);
      long dictionary = bytes(ChunkLink.Way.DICTIONARY, messages, false);
      if (size == 256) assertTrue(dictionary < 0.85 * plain, dictionary + " of " + plain);
      assertTrue(dictionary <= plain, size + ": " + dictionary + " of " + plain);
      long stream = bytes(ChunkLink.Way.ZSTD, messages, true);
      assertTrue(stream < 1.01 * plain, size + ": together " + stream + ", alone " + plain);
    }
  }

  @Test
  void randomBytesAreSentAsTheyAre() throws ProtocolViolationException {
    Random random = new Random(4);
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[1000];
      random.nextBytes(noise);
      messages.add(noise);
    }
    long asItIs = bytes(ChunkLink.Way.AS_IT_IS, messages, false);
    assertEquals(asItIs, bytes(ChunkLink.Way.ZSTD, messages, false));
    assertEquals(asItIs, bytes(ChunkLink.Way.DICTIONARY, messages, false));
  }
}
