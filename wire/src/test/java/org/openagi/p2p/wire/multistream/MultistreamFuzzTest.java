package org.openagi.p2p.wire.multistream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.openagi.p2p.core.error.ProtocolViolationException;

class MultistreamFuzzTest {
  private static final List<String> PROTOCOLS = List.of("/noise", "/tls/1.0.0");

  /** Any bytes end in a state or a violation; what is answered and what is kept stay bounded. */
  @FuzzTest
  void respond(byte[] input) {
    MultistreamResponder responder = new MultistreamResponder(PROTOCOLS);
    ByteBuf out = Unpooled.buffer();
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      NegotiationState state = responder.onData(in, out);
      if (state == NegotiationState.NEGOTIATING
          && in.readableBytes() > MultistreamLimits.MAX_LINE_BYTES + 1) {
        throw new AssertionError(in.readableBytes() + " bytes kept for an incomplete line");
      }
    } catch (ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
    int mostAnswered =
        (MultistreamLimits.MAX_PROPOSALS + 1) * (MultistreamLimits.MAX_LIST_BYTES + 2);
    if (out.readableBytes() > mostAnswered) {
      throw new AssertionError(out.readableBytes() + " bytes answered");
    }
  }

  /** Any answers end in a state or a violation, and never in more proposals than there are. */
  @FuzzTest
  void initiate(byte[] input) {
    MultistreamInitiator initiator = new MultistreamInitiator(PROTOCOLS);
    ByteBuf out = Unpooled.buffer();
    initiator.start(out);
    try {
      initiator.onData(Unpooled.wrappedBuffer(input), out);
    } catch (ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
    if (out.readableBytes() > 64) throw new AssertionError(out.readableBytes() + " bytes proposed");
  }

  /** A line of well-formed text that is accepted is written back as the bytes that were read. */
  @FuzzTest
  void line(byte[] input) {
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      MultistreamLines.read(in).ifPresent(text -> {
        if (text.indexOf('\uFFFD') >= 0) return; // stands for bytes that are not UTF-8
        ByteBuf again = Unpooled.buffer();
        MultistreamLines.write(text, again);
        if (!again.equals(Unpooled.wrappedBuffer(input, 0, in.readerIndex()))) {
          throw new AssertionError("'" + text + "' is written in another form");
        }
      });
    } catch (ProtocolViolationException e) {
      // Refused, as most inputs should be.
    }
  }
}
