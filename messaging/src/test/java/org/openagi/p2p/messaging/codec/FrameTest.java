package org.openagi.p2p.messaging.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.RefusalReason;

/** Small frames there and back, and what must not get through. */
class FrameTest {
  private static byte[] body(byte[] frame) {
    List<byte[]> bodies = new ArrayList<>();
    try {
      new FrameAssembler((type, body) -> bodies.add(body)).onBytes(Unpooled.wrappedBuffer(frame));
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
    return bodies.getFirst();
  }

  @Property(tries = 200)
  void helloComesBack(
      @ForAll @IntRange(max = 255) int lane,
      @ForAll @IntRange(max = 0xffff) int features,
      @ForAll long epoch,
      @ForAll @LongRange(min = 1, max = WireLimits.MAX_NUMBER) long first,
      @ForAll @LongRange(min = 1, max = 1L << 40) long lifetime)
      throws ProtocolViolationException {
    Hello hello = new Hello(1, lane, features, epoch, first, lifetime);
    assertEquals(hello, Hello.decode(body(hello.toFrame())));
  }

  @Property(tries = 200)
  void acknowledgementComesBack(
      @ForAll @LongRange(min = 100, max = WireLimits.MAX_NUMBER) long settled,
      @ForAll @Size(max = 20) List<@IntRange(max = 99) Integer> back,
      @ForAll @StringLength(max = 60) String detail)
      throws ProtocolViolationException {
    String text = detail
        .codePoints()
        .filter(c -> !Character.isSurrogate((char) c) || c > 0xffff)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
    List<Refusal> refusals = back.stream()
        .distinct()
        .sorted()
        .map(b -> new Refusal(settled - b, RefusalReason.ofNumber(1 + b % 11), text))
        .toList();
    Ack ack = new Ack(settled, refusals);
    assertEquals(ack, Ack.decode(body(ack.toFrame())));
    HelloAck hello = new HelloAck(0, ack, 1000, 1 << 24);
    assertEquals(hello, HelloAck.decode(body(hello.toFrame())));
  }

  @Test
  void sealAndRefuseComeBack() throws ProtocolViolationException {
    Seal seal = new Seal(7, 0, Bytes.copyOf(new byte[64]));
    assertEquals(seal, Seal.decode(body(seal.toFrame())));
    Refuse refuse = new Refuse(Refuse.BAD_LANE, "lane 9");
    assertEquals(refuse, Refuse.decode(body(refuse.toFrame())));
  }

  @Test
  void longTextsAreCutAtACharacter() throws ProtocolViolationException {
    Refuse refuse = new Refuse(1, "ä".repeat(200));
    assertEquals("ä".repeat(128), Refuse.decode(body(refuse.toFrame())).text());
    assertEquals(
        "x" + "ä".repeat(127),
        Refuse.decode(body(new Refuse(1, "x" + "ä".repeat(200)).toFrame())).text());
  }

  @Property(tries = 100)
  void framesAreFoundHoweverTheStreamIsCut(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 300_000) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 70_000) int piece)
      throws ProtocolViolationException {
    WireWriter stream = new WireWriter(1000);
    List<byte[]> sent = new ArrayList<>();
    for (int length : lengths) {
      byte[] body = new byte[length];
      Arrays.fill(body, (byte) length);
      sent.add(body);
      stream.bytes(new WireWriter(16).bytes(body).toFrame(0x77));
    }
    List<byte[]> got = new ArrayList<>();
    FrameAssembler assembler = new FrameAssembler((type, body) -> {
      assertEquals(0x77, type);
      return got.add(body);
    });
    byte[] all = stream.toArray();
    for (int at = 0; at < all.length; at += piece) {
      assembler.onBytes(Unpooled.wrappedBuffer(all, at, Math.min(piece, all.length - at)));
    }
    assertTrue(assembler.isBetweenFrames());
    assertEquals(sent.size(), got.size());
    for (int i = 0; i < sent.size(); i++) assertArrayEquals(sent.get(i), got.get(i));
  }

  @Test
  void aFrameLongerThanAllowedIsRefusedBeforeItArrives() {
    byte[] header = {2, (byte) 0x81, (byte) 0xa0, 0x40}; // 1 MiB + 4097
    var e = assertThrows(ProtocolViolationException.class, () -> new FrameAssembler((t, b) -> true)
        .onBytes(Unpooled.wrappedBuffer(header)));
    assertTrue(e.getMessage().contains("1052673"), e.getMessage());
    byte[] longest = {2, (byte) 0x80, (byte) 0xa0, 0x40};
    FrameAssembler assembler = new FrameAssembler((t, b) -> true);
    assertEquals(0, assembler.pendingBytes());
    org.junit.jupiter.api.Assertions.assertDoesNotThrow(
        () -> assembler.onBytes(Unpooled.wrappedBuffer(longest)));
    assertThrows(ProtocolViolationException.class, () -> new FrameAssembler((t, b) -> true)
        .onBytes(Unpooled.wrappedBuffer(new byte[] {2, (byte) 0x80, (byte) 0x80, (byte) 0x80})));
    assertThrows(ProtocolViolationException.class, () -> new FrameAssembler((t, b) -> true)
        .onBytes(Unpooled.wrappedBuffer(new byte[] {2, (byte) 0x81, 0})));
  }

  @Test
  void optionsThatMustBeKnownEndTheStreamOthersAreSkipped() throws ProtocolViolationException {
    byte[] hello = body(new Hello(1, 2, 0, 5, 1, 1).toFrame());
    byte[] skippable = Arrays.copyOf(hello, hello.length + 3);
    skippable[hello.length] = (byte) 0x90;
    skippable[hello.length + 1] = 1;
    assertEquals(5, Hello.decode(skippable).epoch());
    byte[] critical = skippable.clone();
    critical[hello.length] = 0x10;
    assertThrows(ProtocolViolationException.class, () -> Hello.decode(critical));
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] seal = body(new Seal(7, 3, Bytes.copyOf(new byte[64])).toFrame());
    byte[] ack = body(new Ack(9, List.of(new Refusal(4, RefusalReason.INVALID, "abc"))).toFrame());
    byte[] hello = body(new Hello(1, 2, 0, 5, 1, 300).toFrame());
    for (int n = 0; n < seal.length; n++) refuses(Seal::decode, Arrays.copyOf(seal, n));
    for (int n = 0; n < ack.length; n++) refuses(Ack::decode, Arrays.copyOf(ack, n));
    for (int n = 0; n < hello.length; n++) refuses(Hello::decode, Arrays.copyOf(hello, n));
  }

  private interface Decoder {
    Object decode(byte[] body) throws ProtocolViolationException;
  }

  private static void refuses(Decoder decoder, byte[] body) {
    assertThrows(ProtocolViolationException.class, () -> decoder.decode(body));
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    refuses(Hello::decode, body(new Hello(1, 2, 0, 5, 0, 1).toFrame()));
    refuses(Hello::decode, body(new Hello(1, 2, 0, 5, 1, 0).toFrame()));
    refuses(Hello::decode, body(new Hello(1, 2, 0, 5, WireLimits.MAX_NUMBER + 1, 1).toFrame()));
    refuses(Ack::decode, body(new WireWriter(8).varint(5).varint(1025).toFrame(1)));
    refuses(
        HelloAck::decode,
        body(new HelloAck(0, new Ack(0, List.of()), 1, WireLimits.MIN_UNSEALED_BYTES - 1)
            .toFrame()));
    // An exception below number 1, and two in the wrong order.
    refuses(
        Ack::decode,
        body(new WireWriter(8).varint(5).varint(1).varint(5).u8(1).u8(0).toFrame(1)));
    refuses(
        Ack::decode,
        body(new WireWriter(16)
            .varint(5)
            .varint(2)
            .varint(1)
            .u8(1)
            .u8(0)
            .varint(1)
            .u8(1)
            .u8(0)
            .toFrame(1)));
  }
}
