package org.openagi.p2p.wire.multistream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;

class MultistreamTest {
  private static final String HEADER_LINE = "\u0013/multistream/1.0.0\n";

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private static String text(ByteBuf buffer) {
    return buffer.toString(UTF_8);
  }

  private static String line(String protocol) {
    ByteBuf out = Unpooled.buffer();
    MultistreamLines.write(protocol, out);
    return text(out);
  }

  /** Lets both sides talk until neither has anything to say. */
  private static void run(MultistreamInitiator initiator, MultistreamResponder responder)
      throws ProtocolViolationException {
    ByteBuf toResponder = Unpooled.buffer();
    ByteBuf toInitiator = Unpooled.buffer();
    initiator.start(toResponder);
    while (toResponder.isReadable() || toInitiator.isReadable()) {
      responder.onData(toResponder, toInitiator);
      initiator.onData(toInitiator, toResponder);
      if (initiator.state() != NegotiationState.NEGOTIATING) return;
    }
  }

  @Test
  void notAvailableIsTheSpecificationsFourBytes() {
    ByteBuf out = Unpooled.buffer();
    MultistreamLines.write(MultistreamLines.NOT_AVAILABLE, out);
    assertEquals("036e610a", ByteBufUtil.hexDump(out));
  }

  @Test
  void theInitiatorSendsHeaderAndFirstProposalTogether() {
    ByteBuf out = Unpooled.buffer();
    new MultistreamInitiator(List.of("/noise", "/tls/1.0.0")).start(out);
    assertEquals(HEADER_LINE + "\u0007/noise\n", text(out));
  }

  @Test
  void bothSidesAgreeOnTheFirstSupportedProposal() throws Exception {
    var initiator = new MultistreamInitiator(List.of("/tls/1.0.0", "/secio", "/noise"));
    var responder = new MultistreamResponder(List.of("/noise"));
    run(initiator, responder);
    assertEquals(Optional.of("/noise"), initiator.agreed());
    assertEquals(Optional.of("/noise"), responder.agreed());
  }

  @Test
  void withoutACommonProtocolTheInitiatorIsRefused() throws Exception {
    var initiator = new MultistreamInitiator(List.of("/a", "/b"));
    run(initiator, new MultistreamResponder(List.of("/c")));
    assertEquals(NegotiationState.REFUSED, initiator.state());
    assertEquals(Optional.empty(), initiator.agreed());
  }

  @Test
  void bytesBehindTheAgreementAreLeftAlone() throws Exception {
    ByteBuf in = bytes(HEADER_LINE + line("/a") + line("/b") + "rest");
    ByteBuf out = Unpooled.buffer();
    assertEquals(NegotiationState.AGREED, new MultistreamResponder(List.of("/b")).onData(in, out));
    assertEquals(HEADER_LINE + line("na") + line("/b"), text(out));
    assertEquals("rest", text(in));

    var initiator = new MultistreamInitiator(List.of("/b"));
    ByteBuf answers = bytes(HEADER_LINE + line("/b") + "more");
    assertEquals(NegotiationState.AGREED, initiator.onData(answers, Unpooled.buffer()));
    assertEquals("more", text(answers));
    initiator.onData(answers, Unpooled.buffer());
    assertEquals("more", text(answers));
  }

  @Test
  void bytesMayArriveOneByOne() throws Exception {
    var responder = new MultistreamResponder(List.of("/b"));
    ByteBuf all = bytes(HEADER_LINE + line("/a") + line("/b"));
    ByteBuf in = Unpooled.buffer();
    ByteBuf out = Unpooled.buffer();
    while (all.isReadable()) {
      in.writeByte(all.readByte());
      responder.onData(in, out);
    }
    assertEquals(Optional.of("/b"), responder.agreed());
    assertEquals(HEADER_LINE + line("na") + line("/b"), text(out));
  }

  @Test
  void writingAheadIsSafeWithOneProposalOnly() {
    assertTrue(new MultistreamInitiator(List.of("/a")).mayWriteAhead());
    assertFalse(new MultistreamInitiator(List.of("/a", "/b")).mayWriteAhead());
  }

  @Test
  void listNamesTheProtocols() throws Exception {
    ByteBuf in = bytes(HEADER_LINE + line("ls"));
    ByteBuf out = Unpooled.buffer();
    new MultistreamResponder(List.of("/a", "/b")).onData(in, out);
    assertEquals(HEADER_LINE + "\u0009\u0003/a\n\u0003/b\n\n", text(out));
  }

  @Test
  void aLongListIsCutAtItsLimit() throws Exception {
    List<String> protocols = new ArrayList<>();
    for (int i = 0; i < 500; i++) protocols.add("/protocol/number/" + i);
    ByteBuf out = Unpooled.buffer();
    new MultistreamResponder(protocols).onData(bytes(HEADER_LINE + line("ls")), out);
    out.skipBytes(HEADER_LINE.length());
    int length = (out.readByte() & 0x7f) | out.readByte() << 7;
    assertEquals(length, out.readableBytes());
    assertTrue(length <= MultistreamLimits.MAX_LIST_BYTES, length + " bytes");
  }

  @Test
  void theLongestLineIsReadAndALongerOneRefusedByItsLengthAlone() throws Exception {
    String longest = "/" + "x".repeat(MultistreamLimits.MAX_PROTOCOL_BYTES - 1);
    var initiator = new MultistreamInitiator(List.of(longest));
    run(initiator, new MultistreamResponder(List.of(longest)));
    assertEquals(NegotiationState.AGREED, initiator.state());

    ByteBuf in = bytes(HEADER_LINE).writeByte(0x81).writeByte(0x08); // 1025
    var refused =
        assertThrows(ProtocolViolationException.class, () -> new MultistreamResponder(List.of("/a"))
            .onData(in, Unpooled.buffer()));
    assertEquals("multistream: line of 1025 bytes, limit 1024", refused.getMessage());
  }

  @Test
  void theSeventeenthProposalIsRefused() throws Exception {
    var responder = new MultistreamResponder(List.of("/a"));
    ByteBuf in = bytes(HEADER_LINE);
    ByteBuf out = Unpooled.buffer();
    for (int i = 0; i < MultistreamLimits.MAX_PROPOSALS; i++) in.writeBytes(bytes(line("/x")));
    assertEquals(NegotiationState.NEGOTIATING, responder.onData(in, out));
    var refused = assertThrows(
        ProtocolViolationException.class,
        () -> responder.onData(bytes(line("/y")), Unpooled.buffer()));
    assertEquals("multistream: more than 16 proposals, the last \"/y\"", refused.getMessage());
  }

  @Test
  void linesThatBreakTheFormatAreRefused() {
    for (String hex : List.of(
        "00", // no newline
        "8000", // not minimal
        "80808001", // beyond any limit
        "022f61", // no newline at the end
        "042f0a610a", // a newline inside
        "052f6d75780a")) { // another header
      ByteBuf in = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
      assertThrows(
          ProtocolViolationException.class,
          () -> new MultistreamResponder(List.of("/a")).onData(in, Unpooled.buffer()),
          hex);
    }
  }

  @Test
  void anAnswerThatWasNotAskedForIsRefused() {
    var refused =
        assertThrows(ProtocolViolationException.class, () -> new MultistreamInitiator(List.of("/a"))
            .onData(bytes(HEADER_LINE + line("/b\u0001")), Unpooled.buffer()));
    assertEquals("multistream: answer \"/b?\" to proposal \"/a\"", refused.getMessage());
  }

  @Test
  void unusableProposalsAreMistakesOfTheCaller() {
    assertThrows(IllegalArgumentException.class, () -> new MultistreamInitiator(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new MultistreamInitiator(List.of("na")));
    assertThrows(IllegalArgumentException.class, () -> new MultistreamInitiator(List.of("/a\n")));
    assertThrows(
        IllegalArgumentException.class,
        () -> new MultistreamInitiator(java.util.Collections.nCopies(17, "/a")));
  }
}
