package org.openagi.p2p.wire.multistream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class MultistreamPropertyTest {
  @Provide
  Arbitrary<List<String>> protocols() {
    return Arbitraries.of("/a", "/b/1.0.0", "/c", "/noise", "/tls/1.0.0", "/é")
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  /** The first proposal that the responder supports is agreed, however the bytes are cut. */
  @Property(tries = 300)
  void agreesOnTheFirstSupportedProposal(
      @ForAll("protocols") List<String> proposed,
      @ForAll("protocols") List<String> supported,
      @ForAll @IntRange(min = 1, max = 9) int chunkBytes)
      throws Exception {
    MultistreamInitiator initiator = new MultistreamInitiator(proposed);
    MultistreamResponder responder = new MultistreamResponder(supported);
    ByteBuf fromInitiator = Unpooled.buffer();
    ByteBuf fromResponder = Unpooled.buffer();
    ByteBuf atResponder = Unpooled.buffer();
    ByteBuf atInitiator = Unpooled.buffer();
    initiator.start(fromInitiator);
    while (initiator.state() == NegotiationState.NEGOTIATING) {
      move(fromInitiator, atResponder, chunkBytes);
      responder.onData(atResponder, fromResponder);
      move(fromResponder, atInitiator, chunkBytes);
      initiator.onData(atInitiator, fromInitiator);
    }
    Optional<String> expected = proposed.stream().filter(supported::contains).findFirst();
    assertEquals(expected, initiator.agreed());
    assertEquals(expected, responder.agreed());
    assertEquals(0, atInitiator.readableBytes() + fromResponder.readableBytes());
  }

  private static void move(ByteBuf from, ByteBuf to, int bytes) {
    to.writeBytes(from, Math.min(bytes, from.readableBytes()));
  }
}
