package org.openagi.p2p.core.multiformats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class VarintTest {
  /** The examples of the unsigned-varint specification, and the limits. */
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "255, ff01",
    "300, ac02",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void writesAndReadsTheSpecifiedBytes(long value, String hex) throws Exception {
    byte[] target = new byte[12];
    int end = Varint.write(value, target, 2);
    assertEquals(hex, Bytes.copyOf(target, 2, end - 2).toHex());
    assertEquals(end - 2, Varint.sizeOf(value));
    assertEquals(value, Varint.read(Bytes.fromHex(hex).asByteBuffer()));
  }

  @ParameterizedTest
  @CsvSource({
    "8100, padded",
    "80, cut off",
    "8000, padded",
    "ffffffffffffffffff01, longer than 9",
    "80808080808080808080, longer than 9",
    "808080808080808000, padded"
  })
  void refusesWhatIsNotTheShortestEncodingOf63Bits(String hex, String reason) {
    var violation = assertThrows(
        ProtocolViolationException.class, () -> Varint.read(Bytes.fromHex(hex).asByteBuffer()));
    assertTrue(violation.getMessage().contains(reason), violation.getMessage());
    assertEquals(0, violation.getStackTrace().length);
  }

  @Test
  void refusesToWriteNegativeValuesOrBeyondTheBuffer() {
    assertThrows(IllegalArgumentException.class, () -> Varint.sizeOf(-1));
    assertThrows(IllegalArgumentException.class, () -> Varint.write(-1, ByteBuffer.allocate(20)));
    assertThrows(BufferOverflowException.class, () -> Varint.write(300, ByteBuffer.allocate(1)));
  }

  @Property
  void roundTrips(@ForAll @LongRange(min = 0) long value) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(Varint.MAX_BYTES);
    Varint.write(value, buffer);
    assertEquals(Varint.sizeOf(value), buffer.position());
    assertEquals(value, Varint.read(buffer.flip()));
    assertEquals(0, buffer.remaining());
  }

  @Property
  void whatReadsAlsoWritesTheSame(@ForAll @Size(max = 12) byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input);
    try {
      long value = Varint.read(in);
      byte[] again = new byte[Varint.MAX_BYTES];
      int length = Varint.write(value, again, 0);
      assertEquals(Bytes.copyOf(input, 0, in.position()), Bytes.copyOf(again, 0, length));
    } catch (ProtocolViolationException expected) {
      assertTrue(input.length == 0 || input[0] < 0, "a one-byte varint was refused");
    }
  }
}
