package org.openagi.p2p.core.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BytesTest {
  private static final Bytes ABC = Bytes.ofUtf8("abc");

  @Test
  void copiesAreIndependentOfTheirSource() {
    byte[] source = {1, 2, 3};
    Bytes copy = Bytes.copyOf(source);
    Bytes part = Bytes.copyOf(source, 1, 2);
    source[1] = 9;
    assertEquals("010203", copy.toHex());
    assertEquals("0203", part.toHex());
    copy.toArray()[0] = 9;
    assertEquals(1, copy.get(0));
  }

  @Test
  void copiesABuffersRemainderWithoutMovingIt() {
    ByteBuffer source = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
    assertEquals("0203", Bytes.copyOf(source).toHex());
    assertEquals(1, source.position());
  }

  @Test
  void theBufferViewCannotBeWritten() {
    assertThrows(ReadOnlyBufferException.class, () -> ABC.asByteBuffer().put((byte) 0));
  }

  @Test
  void ordersByUnsignedContent() {
    assertTrue(Bytes.fromHex("7f").compareTo(Bytes.fromHex("80")) < 0);
    assertTrue(Bytes.fromHex("80").compareTo(Bytes.fromHex("8000")) < 0);
    assertEquals(0, ABC.compareTo(Bytes.fromHex("616263")));
  }

  @Test
  void equalContentIsEqualInEveryWay() {
    Bytes same = Bytes.fromHex("616263");
    assertEquals(ABC, same);
    assertEquals(ABC.hashCode(), same.hashCode());
    assertTrue(ABC.constantTimeEquals(same));
    assertFalse(ABC.constantTimeEquals(Bytes.ofUtf8("abd")));
    assertFalse(ABC.constantTimeEquals(Bytes.ofUtf8("ab")));
    assertNotEquals(ABC, Bytes.EMPTY);
  }

  @Test
  void emptyRangesAreTheEmptyValue() {
    assertSame(Bytes.EMPTY, ABC.slice(1, 1));
    assertSame(Bytes.EMPTY, Bytes.wrap(new byte[0]));
    assertSame(ABC, ABC.slice(0, 3));
    assertSame(ABC, ABC.concat(Bytes.EMPTY));
    assertSame(ABC, Bytes.EMPTY.concat(ABC));
  }

  @Test
  void refusesRangesOutsideTheContent() {
    assertThrows(IndexOutOfBoundsException.class, () -> ABC.slice(2, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> ABC.slice(2, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> Bytes.copyOf(new byte[3], 2, 2));
    assertThrows(IllegalArgumentException.class, () -> Bytes.fromHex("abc"));
    assertThrows(IllegalArgumentException.class, () -> Bytes.fromHex("zz"));
  }

  @Test
  void logsAnExcerptOnly() {
    assertEquals("Bytes[3: 616263]", ABC.toString());
    assertEquals(
        "Bytes[100: " + "00".repeat(32) + "…]", Bytes.wrap(new byte[100]).toString());
  }

  @Property
  void hexRoundTrips(@ForAll byte[] content) {
    Bytes bytes = Bytes.copyOf(content);
    assertEquals(bytes, Bytes.fromHex(bytes.toHex()));
    assertEquals(bytes, Bytes.copyOf(bytes.asByteBuffer()));
  }

  @Property
  void slicesJoinToTheWhole(@ForAll byte[] content) {
    Bytes bytes = Bytes.copyOf(content);
    int middle = bytes.length() / 3;
    assertEquals(bytes, bytes.slice(0, middle).concat(bytes.slice(middle, bytes.length())));
  }
}
