package org.openagi.p2p.wire.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.wire.yamux.YamuxHeader.Type;

class YamuxHeaderTest {
  @Test
  void theBytesAreThoseOfTheSpecification() {
    ByteBuf out = Unpooled.buffer();
    new YamuxHeader(Type.WINDOW_UPDATE, YamuxHeader.SYN | YamuxHeader.FIN, 0xfffffffeL, 0x01020304)
        .write(out);
    assertEquals("00010005fffffffe01020304", ByteBufUtil.hexDump(out));
  }

  @Property
  void whatIsWrittenIsRead(
      @ForAll Type type,
      @ForAll @IntRange(max = 0xffff) int flags,
      @ForAll @LongRange(max = 0xffff_ffffL) long streamId,
      @ForAll @LongRange(max = 0xffff_ffffL) long length)
      throws ProtocolViolationException {
    YamuxHeader header = new YamuxHeader(type, flags, streamId, length);
    ByteBuf out = Unpooled.buffer();
    header.write(out);
    assertEquals(YamuxHeader.BYTES, out.readableBytes());
    assertEquals(header, YamuxHeader.read(out).orElseThrow());
    assertEquals(0, out.readableBytes());
  }

  @Test
  void anIncompleteHeaderIsLeftAlone() throws ProtocolViolationException {
    ByteBuf in = Unpooled.wrappedBuffer(new byte[YamuxHeader.BYTES - 1]);
    assertTrue(YamuxHeader.read(in).isEmpty());
    assertEquals(0, in.readerIndex());
  }

  @Test
  void anotherVersionOrTypeIsRefusedAndNothingIsRead() {
    for (String hex : new String[] {"010000000000000100000000", "000400000000000100000000"}) {
      ByteBuf in = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
      assertThrows(ProtocolViolationException.class, () -> YamuxHeader.read(in));
      assertEquals(0, in.readerIndex());
    }
  }

  @Test
  void fieldsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new YamuxHeader(Type.DATA, 0x10000, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new YamuxHeader(Type.DATA, 0, -1, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new YamuxHeader(Type.DATA, 0, 1, 0x1_0000_0000L));
  }
}
