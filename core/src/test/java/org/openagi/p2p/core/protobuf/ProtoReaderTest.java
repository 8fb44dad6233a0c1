package org.openagi.p2p.core.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

class ProtoReaderTest {
  private static ProtoReader reader(String hex) {
    return ProtoReader.of(Bytes.fromHex(hex), Scope.CONNECTION);
  }

  /** Reads everything, descending into nothing. */
  private static void skipAll(String hex) throws ProtocolViolationException {
    ProtoReader in = reader(hex);
    while (in.nextField()) in.skip();
  }

  @ParameterizedTest
  @CsvSource({
    "08, cut off after 0 bytes",
    "0880, cut off after 1 bytes",
    "0d000000, cut off after 3",
    "0900000000000000, cut off after 7",
    "0a0561, cut off after 1",
    "0affffffff7f61, at most",
    "0affffffffffffffffff01, at most",
    "0b0c, group",
    "0c, group",
    "0e, unknown 6",
    "0f, unknown 7",
    "0001, field number 0",
    "8080808080010101, field number",
    "0880808080808080808000, tenth byte 0",
    "08ffffffffffffffffff02, tenth byte 2",
    "08ffffffffffffffffffff01, longer than 10"
  })
  void refusesMalformedMessages(String hex, String reason) {
    var violation = assertThrows(ProtocolViolationException.class, () -> skipAll(hex));
    assertTrue(violation.getMessage().contains(reason), violation.getMessage());
    assertEquals(Scope.CONNECTION, violation.scope());
  }

  @Test
  void skipsWhatNobodyReads() throws Exception {
    Bytes message = new ProtoWriter()
        .varint(9, -1)
        .fixed32(9, 7)
        .fixed64(9, 7)
        .string(9, "unknown")
        .string(1, "known")
        .toBytes();
    ProtoReader in = ProtoReader.of(message, Scope.STREAM);
    String known = "";
    while (in.nextField()) {
      if (in.field() == 1) known = in.readString(5);
    }
    assertEquals("known", known);
  }

  @Test
  void acceptsPaddedVarintsAsAllImplementationsDo() throws Exception {
    ProtoReader in = reader("8800" + "85808000");
    assertTrue(in.nextField());
    assertEquals(1, in.field());
    assertEquals(5, in.readVarint());
  }

  @Test
  void boundsValuesBeforeCopyingThem() throws Exception {
    ProtoReader bytes = reader("0a03616263");
    assertTrue(bytes.nextField());
    assertThrows(ProtocolViolationException.class, () -> bytes.readBytes(2));
    ProtoReader number = reader("0865");
    assertTrue(number.nextField());
    assertThrows(ProtocolViolationException.class, () -> number.readUnsigned(100));
    ProtoReader negative = reader("08ffffffffffffffffff01");
    assertTrue(negative.nextField());
    assertThrows(ProtocolViolationException.class, () -> negative.readUnsigned(Long.MAX_VALUE));
  }

  @Test
  void refusesTextThatIsNotUtf8() throws Exception {
    for (String bad : new String[] {"ff", "c080", "eda080", "80"}) {
      ProtoReader in = reader("0a0" + bad.length() / 2 + bad);
      assertTrue(in.nextField());
      assertThrows(ProtocolViolationException.class, () -> in.readString(10), bad);
    }
  }

  @Test
  void refusesAnotherWireTypeThanExpected() throws Exception {
    ProtoReader in = reader("0801");
    assertTrue(in.nextField());
    var violation = assertThrows(ProtocolViolationException.class, () -> in.readBytes(10));
    assertEquals("protobuf field 1 is varint, expected length-delimited", violation.getMessage());
  }

  @Test
  void boundsNesting() throws Exception {
    ProtoWriter message = new ProtoWriter();
    for (int depth = 0; depth < 40; depth++) message = new ProtoWriter().message(1, message);
    ProtoReader in = ProtoReader.of(message.toBytes(), Scope.STREAM);
    for (int depth = 1; depth < ProtoReader.MAX_DEPTH; depth++) {
      assertTrue(in.nextField());
      in = in.readMessage(1000);
    }
    ProtoReader deepest = in;
    assertTrue(deepest.nextField());
    assertThrows(ProtocolViolationException.class, () -> deepest.readMessage(1000));
  }

  @Test
  void readsPartOfABufferWithoutMovingIt() throws Exception {
    ByteBuffer buffer =
        ByteBuffer.wrap(Bytes.fromHex("ff0a0161ff").unsafeArray()).position(1).limit(4);
    ProtoReader in = ProtoReader.of(buffer, Scope.STREAM);
    assertTrue(in.nextField());
    ByteBuffer slice = in.readSlice(1);
    assertEquals('a', slice.get(0));
    assertFalse(in.nextField());
    assertEquals(1, buffer.position());
  }

  @Test
  void misuseIsAnErrorOfOurs() throws Exception {
    ProtoReader in = reader("0801");
    assertThrows(IllegalStateException.class, in::readVarint);
    assertThrows(IllegalStateException.class, in::skip);
    assertTrue(in.nextField());
    assertEquals(1, in.readVarint());
    assertThrows(IllegalStateException.class, in::readVarint);
    assertThrows(IllegalArgumentException.class, () -> new ProtoWriter().varint(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ProtoWriter().varint(1 << 29, 1));
  }

  @Test
  void readsScalars() throws Exception {
    Bytes message = new ProtoWriter()
        .bool(1, true)
        .fixed32(2, -2)
        .fixed64(3, -3)
        .bool(4, false)
        .toBytes();
    ProtoReader in = ProtoReader.of(message, Scope.STREAM);
    assertTrue(in.nextField());
    assertTrue(in.readBool());
    assertTrue(in.nextField());
    assertEquals(-2, in.readFixed32());
    assertTrue(in.nextField());
    assertEquals(-3, in.readFixed64());
    assertTrue(in.nextField());
    assertFalse(in.readBool());
    assertFalse(in.nextField());
  }
}
