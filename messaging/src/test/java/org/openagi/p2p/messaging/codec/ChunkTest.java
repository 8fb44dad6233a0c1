package org.openagi.p2p.messaging.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.testkit.SeededRandom;

/** Chunks there and back, what they cost, and what must not get through. */
class ChunkTest {
  private static final long BASE = 1_767_225_600_000L;
  private static final ZstdDecompressor ZSTD = new ZstdDecompressor();

  private static byte[] frameOf(ChunkEncoder encoder) {
    return Arrays.copyOfRange(
        encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength());
  }

  private static byte[] bodyOf(ChunkEncoder encoder) {
    byte[] frame = frameOf(encoder);
    int at = 1;
    while (frame[at++] < 0) {}
    return Arrays.copyOfRange(frame, at, frame.length);
  }

  private static void start(ChunkReader reader, byte[] body) throws ProtocolViolationException {
    ChunkHeader header = ChunkHeader.decode(body);
    int offset = header.contentOffset();
    int length = body.length - offset;
    if (header.has(ChunkHeader.ZSTD)) {
      boolean dictionary = header.has(ChunkHeader.DICTIONARY);
      byte[] raw = ZSTD.decompress(body, offset, length, header.rawLength(), dictionary);
      reader.start(header, raw, 0, raw.length);
    } else {
      reader.start(header, body, offset, length);
    }
  }

  private record Sent(NetworkMessage message, long time, long lifetime) {}

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void whatGoesInComesOut(@ForAll long seed) throws ProtocolViolationException {
    RandomGenerator dice = SeededRandom.of(seed);
    ChunkEncoder encoder = new ChunkEncoder();
    ChunkReader reader = new ChunkReader(Lane.BULK, NetworkMessage.MAX_PAYLOAD_BYTES);
    AdaptiveCompression compression = new AdaptiveCompression(new ZstdCompressor(1));
    if (dice.nextBoolean()) compression.useDictionary();
    List<Sent> sent = new ArrayList<>();
    List<String> got = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    long number = 1;
    Sent open = null;
    int offset = 0;
    for (int chunk = 0; chunk < 8 || open != null; chunk++) {
      encoder.begin(number, BASE + dice.nextInt(1000));
      if (open != null) {
        offset += encoder.addContinuation(open.message, offset);
        if (offset == open.message.payload().length()) open = null;
      }
      int entries = open != null ? 0 : 1 + dice.nextInt(200);
      for (int i = 0; i < entries && !encoder.isFull(); i++) {
        if (dice.nextInt(30) == 0) {
          long hole = 1 + dice.nextInt(300);
          encoder.addHole(hole);
          expected.add("hole " + hole);
          continue;
        }
        Sent next = random(dice);
        sent.add(next);
        expected.add(describe(next.message, next.time, next.lifetime, next.message.ttl()));
        offset = encoder.addMessage(next.message, next.time, next.lifetime);
        if (offset < next.message.payload().length()) {
          open = next;
          break;
        }
      }
      if (encoder.isEmpty()) continue;
      encoder.finish(false, dice.nextBoolean() ? compression : null);
      byte[] body = bodyOf(encoder);
      assertEquals(number, ChunkHeader.decode(body).first());
      assertEquals(encoder.count(), ChunkHeader.decode(body).count());
      start(reader, body);
      read(reader, got);
      number += encoder.count();
    }
    assertEquals(expected, got);
  }

  private static void read(ChunkReader reader, List<String> got) throws ProtocolViolationException {
    int what;
    while ((what = reader.next()) != ChunkReader.END) {
      if (what == ChunkReader.HOLE) {
        got.add("hole " + reader.holeLength());
      } else {
        NetworkMessage message = NetworkMessage.received(
            n -> "",
            reader.number(),
            reader.id(),
            "a",
            "b",
            reader.type(),
            reader.payload(),
            reader.timestamp(),
            reader.ttl());
        Correlation correlation = reader.correlation();
        if (correlation != null) message = message.withCorrelation(correlation);
        got.add(describe(message, reader.timestamp(), reader.lifetimeMillis(), reader.ttl()));
      }
    }
  }

  private static Sent random(RandomGenerator dice) {
    int length = dice.nextInt(50) == 0 ? dice.nextInt(500_000) : 10 * dice.nextInt(4);
    byte[] payload = new byte[length];
    if (dice.nextBoolean()) dice.nextBytes(payload);
    NetworkMessage.Builder message =
        NetworkMessage.builder().recipientId("b").payload(Bytes.wrap(payload));
    if (dice.nextInt(4) == 0) message.messageId("id-ü-" + dice.nextInt(1000));
    if (dice.nextInt(5) == 0) message.ttl(1 + dice.nextInt(255));
    if (dice.nextInt(9) == 0) message.recipientId("*");
    long time = dice.nextInt(3) == 0 ? dice.nextLong(1L << 47) : BASE;
    long lifetime = dice.nextInt(6) == 0 ? 1 + dice.nextLong(1L << 40) : 0;
    NetworkMessage built = message.build();
    if (dice.nextInt(7) == 0) {
      built = built.withCorrelation(new Correlation(Correlation.Kind.REQUEST, dice.nextLong()));
    }
    return new Sent(built, time, lifetime);
  }

  private static String describe(NetworkMessage message, long time, long lifetime, int ttl) {
    return message.givenId() + " " + message.payload().hashCode() + " " + time + " " + lifetime
        + " " + ttl + " " + message.correlation();
  }

  @Test
  void aMessageLikeTheOneBeforeCostsOneByte() {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, BASE);
    for (int i = 0; i < 1000; i++) encoder.addMessage(message(64), BASE, 0);
    encoder.finish(true, null);
    assertEquals(1000 * 65 + 1, encoder.frameLength() - (1 + 3 + 1 + 6 + 1 + 2));
  }

  @Test
  void aLoneMessageCostsThirteenBytesBesidesItsPayload() {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, BASE);
    encoder.addMessage(message(64), BASE, 0);
    encoder.finish(true, null);
    assertEquals(64 + 13, encoder.frameLength());
  }

  @Test
  void textIsCompressedAndNoiseIsSoonLeftAlone() {
    ChunkEncoder encoder = new ChunkEncoder();
    AdaptiveCompression compression = new AdaptiveCompression(new ZstdCompressor(1));
    encoder.begin(1, BASE);
    encoder.addMessage(
        NetworkMessage.text("b", "{\"agent\":\"a\",\"step\":1}".repeat(100)), BASE, 0);
    encoder.finish(true, compression);
    assertTrue(encoder.frameLength() < 200, encoder.frameLength() + " bytes");
    long compressed = compression.rawBytes();
    RandomGenerator dice = SeededRandom.of(1);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[60_000];
      dice.nextBytes(noise);
      encoder.begin(1, BASE);
      encoder.addMessage(NetworkMessage.data("b", Bytes.wrap(noise)), BASE, 0);
      encoder.finish(true, compression);
      assertTrue(encoder.frameLength() > 60_000);
    }
    assertEquals(compressed, compression.rawBytes());
  }

  @Test
  void aSmallMessageIsCompressedWithTheDictionaryAndItsHeaderSaysSo() throws Exception {
    String json =
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}";
    ChunkEncoder encoder = new ChunkEncoder();
    AdaptiveCompression compression = new AdaptiveCompression(new ZstdCompressor(1));
    compression.useDictionary();
    encoder.begin(1, BASE);
    encoder.addMessage(NetworkMessage.text("b", json), BASE, 0);
    encoder.finish(true, compression);
    byte[] body = bodyOf(encoder);
    assertEquals(ChunkHeader.START | ChunkHeader.ZSTD | ChunkHeader.DICTIONARY, body[0]);
    assertTrue(encoder.frameLength() < json.length(), encoder.frameLength() + " bytes");
    ChunkReader reader = new ChunkReader(Lane.BULK, NetworkMessage.MAX_PAYLOAD_BYTES);
    start(reader, body);
    assertEquals(ChunkReader.MESSAGE, reader.next());
    assertEquals(Bytes.ofUtf8(json), reader.payload());
    body[0] &= ~ChunkHeader.ZSTD;
    refuses(body);
  }

  private static NetworkMessage message(int length) {
    return NetworkMessage.data("b", Bytes.wrap(new byte[length]));
  }

  private static byte[] valid() {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, BASE);
    encoder.addMessage(message(5), BASE, 0);
    encoder.addMessage(message(6), BASE + 1, 0);
    encoder.addHole(3);
    encoder.finish(true, null);
    return bodyOf(encoder);
  }

  private static void refuses(byte[] body) {
    assertThrows(ProtocolViolationException.class, () -> {
      ChunkReader reader = new ChunkReader(Lane.BULK, NetworkMessage.MAX_PAYLOAD_BYTES);
      start(reader, body);
      read(reader, new ArrayList<>());
    });
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] body = valid();
    for (int n = 0; n < body.length; n++) refuses(Arrays.copyOf(body, n));
  }

  @Test
  void wrongCountsFlagsAndKindsAreRefused() {
    byte[] body = valid();
    int countAt = 8;
    assertEquals(5, body[countAt]);
    for (int wrong : new int[] {0, 4, 6}) {
      byte[] changed = body.clone();
      changed[countAt] = (byte) wrong;
      refuses(changed);
    }
    for (int flag : new int[] {ChunkHeader.MORE, ChunkHeader.CONTINUED, 0x10, 0x20, 0x40, 0x80}) {
      byte[] changed = body.clone();
      changed[0] |= (byte) flag;
      refuses(changed);
    }
    int headAt = 9;
    for (int head : new int[] {
      MessageType.HEARTBEAT.number(), // another lane's
      5,
      6, // reserved kinds
      0x80, // reserved bit
      0x10, // as long as no entry
      0x08 | EntryForm.HOLE
    }) {
      byte[] changed = body.clone();
      changed[headAt] = (byte) head;
      refuses(changed);
    }
  }

  @Test
  void aBombIsRefusedByItsDeclaredAndByItsRealLength() {
    byte[] zeros = new byte[WireLimits.MAX_CONTENT_BYTES + 1];
    byte[] bomb = com.github.luben.zstd.Zstd.compress(zeros, 1);
    for (long declared : new long[] {100, WireLimits.MAX_CONTENT_BYTES, zeros.length}) {
      WireWriter body = new WireWriter(100).u8(ChunkHeader.START | ChunkHeader.ZSTD);
      byte[] frame = body.bytes(new byte[6])
          .varint(1)
          .varint(1)
          .varint(declared)
          .bytes(bomb)
          .toArray();
      refuses(frame);
    }
  }

  private static byte[] correlated(MessageType type, Correlation.Kind kind) {
    ChunkEncoder encoder = new ChunkEncoder();
    encoder.begin(1, BASE);
    NetworkMessage message = NetworkMessage.of(type, "b", Bytes.ofUtf8("x"));
    encoder.addMessage(message.withCorrelation(new Correlation(kind, -1)), BASE, 0);
    encoder.finish(true, null);
    return bodyOf(encoder);
  }

  private static ChunkReader read(Lane lane, byte[] body) throws ProtocolViolationException {
    ChunkReader reader = new ChunkReader(lane, 1000);
    start(reader, body);
    assertEquals(ChunkReader.MESSAGE, reader.next());
    return reader;
  }

  @Test
  void answersTravelInTheirOwnLaneAndNothingElseThere() throws ProtocolViolationException {
    for (MessageType type : MessageType.values()) {
      for (Correlation.Kind kind : Correlation.Kind.values()) {
        byte[] body = correlated(type, kind);
        for (Lane lane : Lane.values()) {
          boolean right = kind == Correlation.Kind.REQUEST
              ? lane == type.lane() || lane == Lane.EXPRESS && type == MessageType.DATA
              : lane == Lane.REPLY;
          if (right) {
            assertEquals(new Correlation(kind, -1), read(lane, body).correlation());
          } else {
            assertThrows(ProtocolViolationException.class, () -> read(lane, body));
          }
        }
      }
    }
    assertThrows(ProtocolViolationException.class, () -> read(Lane.REPLY, valid()));
  }

  @Test
  void aCorrelationOfAnotherKindIsUnsupportedAndOfAnotherLengthAViolation()
      throws ProtocolViolationException {
    byte[] body = correlated(MessageType.DATA, Correlation.Kind.REQUEST);
    int lengthAt = 1 + 6 + 1 + 1 + 1 + 1 + 1; // flags, base, first, count, head, options, tag
    assertEquals(EntryForm.CORRELATION_BYTES, body[lengthAt]);
    byte[] kind = body.clone();
    kind[lengthAt + 1] = 3;
    assertEquals(EntryForm.CORRELATION, read(Lane.BULK, kind).unknownOption());
    for (int length : new int[] {8, 10}) {
      byte[] wrong = body.clone();
      wrong[lengthAt] = (byte) length;
      assertThrows(ProtocolViolationException.class, () -> read(Lane.BULK, wrong));
    }
  }

  @Test
  void aPayloadAboveTheLimitIsSkippedAndTold() throws ProtocolViolationException {
    ChunkEncoder encoder = new ChunkEncoder();
    ChunkReader reader = new ChunkReader(Lane.BULK, 1000);
    NetworkMessage big = message(200_000);
    encoder.begin(1, BASE);
    int taken = encoder.addMessage(big, BASE, 0);
    encoder.finish(true, null);
    start(reader, bodyOf(encoder));
    assertEquals(ChunkReader.END, reader.next());
    assertEquals(0, reader.openBytes());
    encoder.begin(1, BASE);
    encoder.addContinuation(big, taken);
    encoder.addMessage(message(3), BASE, 0);
    encoder.finish(false, null);
    start(reader, bodyOf(encoder));
    assertEquals(ChunkReader.MESSAGE, reader.next());
    assertTrue(reader.isTooLarge());
    assertEquals(200_000, reader.payloadLength());
    assertEquals(ChunkReader.MESSAGE, reader.next());
    assertEquals(2, reader.number());
    assertEquals(3, reader.payload().length());
    assertEquals(ChunkReader.END, reader.next());
  }
}
