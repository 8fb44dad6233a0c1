package org.openagi.p2p.wire.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.wire.yamux.YamuxConfig.INITIAL_WINDOW_BYTES;
import static org.openagi.p2p.wire.yamux.YamuxHeader.ACK;
import static org.openagi.p2p.wire.yamux.YamuxHeader.FIN;
import static org.openagi.p2p.wire.yamux.YamuxHeader.RST;
import static org.openagi.p2p.wire.yamux.YamuxHeader.SYN;
import static org.openagi.p2p.wire.yamux.YamuxHeader.TYPE_DATA;
import static org.openagi.p2p.wire.yamux.YamuxHeader.TYPE_GO_AWAY;
import static org.openagi.p2p.wire.yamux.YamuxHeader.TYPE_PING;
import static org.openagi.p2p.wire.yamux.YamuxHeader.TYPE_WINDOW_UPDATE;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.VirtualTime;

/** Every way to break the protocol ends the session with its own cause, counted once. */
class YamuxViolationTest {
  private static final Set<YamuxViolation> seen = new TreeSet<>();
  private SessionProbe probe = SessionProbe.listener();

  private void expect(YamuxViolation cause, int type, int flags, long streamId, long length) {
    assertEquals(cause, probe.violationOf(type, flags, streamId, length));
    assertTrue(probe.session.isEnded());
    assertEquals(1, probe.counters.violations(cause));
    assertEquals(1, probe.counters.violations());
    seen.add(cause);
  }

  @AfterAll
  static void everyCauseHasItsTest() {
    Set<YamuxViolation> missing = new TreeSet<>(Set.of(YamuxViolation.values()));
    missing.removeAll(seen);
    // Only the owner of a channel can know that the peer does not read.
    assertEquals(Set.of(YamuxViolation.CONTROL_BACKLOG), missing);
  }

  @Test
  void version() {
    ProtocolViolationException e = assertThrows(
        ProtocolViolationException.class,
        () -> probe.receive(
            Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("010000000000000100000000"))));
    assertEquals(ProtocolViolationException.Scope.CONNECTION, e.scope());
    assertEquals("yamux BAD_VERSION: version 1, expected 0", e.getMessage());
    seen.add(YamuxViolation.BAD_VERSION);
  }

  @Test
  void type() {
    expect(YamuxViolation.UNKNOWN_TYPE, 4, 0, 1, 0);
  }

  @Test
  void flags() {
    expect(YamuxViolation.UNKNOWN_FLAGS, TYPE_DATA, 0x10, 1, 0);
  }

  @Test
  void dataOnTheSession() {
    expect(YamuxViolation.WRONG_STREAM_FOR_TYPE, TYPE_DATA, SYN, 0, 0);
  }

  @Test
  void pingOnAStream() {
    expect(YamuxViolation.WRONG_STREAM_FOR_TYPE, TYPE_PING, SYN, 1, 0);
  }

  @Test
  void goAwayOnAStream() {
    expect(YamuxViolation.WRONG_STREAM_FOR_TYPE, TYPE_GO_AWAY, 0, 1, 0);
  }

  @Test
  void pingThatIsQuestionAndAnswer() {
    expect(YamuxViolation.BAD_PING_FLAGS, TYPE_PING, SYN | ACK, 0, 0);
  }

  @Test
  void pingThatIsNeither() {
    expect(YamuxViolation.BAD_PING_FLAGS, TYPE_PING, 0, 0, 0);
  }

  @Test
  void parity() {
    expect(YamuxViolation.WRONG_PARITY, TYPE_DATA, SYN, 2, 0);
    probe = SessionProbe.dialer();
    expect(YamuxViolation.WRONG_PARITY, TYPE_WINDOW_UPDATE, SYN, 1, 0);
  }

  @Test
  void idOfAnOpenStream() throws Exception {
    probe.receive(TYPE_DATA, SYN, 1, 0);
    expect(YamuxViolation.STREAM_ID_REUSED, TYPE_DATA, SYN, 1, 0);
  }

  @Test
  void idOfAClosedStream() throws Exception {
    probe.receive(TYPE_DATA, SYN, 1, 0);
    probe.receive(TYPE_WINDOW_UPDATE, RST, 1, 0);
    expect(YamuxViolation.STREAM_ID_REUSED, TYPE_DATA, SYN, 1, 0);
  }

  @Test
  void idFarBelowTheNewest() throws Exception {
    probe.receive(TYPE_DATA, SYN, 2 * SeenIds.WINDOW + 3, 0);
    expect(YamuxViolation.STREAM_ID_REUSED, TYPE_DATA, SYN, 1, 0);
  }

  @Test
  void streamNobodyOpened() throws Exception {
    probe.receive(TYPE_DATA, SYN, 9, 0);
    expect(YamuxViolation.UNKNOWN_STREAM, TYPE_DATA, 0, 7, 0);
  }

  @Test
  void streamWeHaveNotOpenedYet() {
    expect(YamuxViolation.UNKNOWN_STREAM, TYPE_DATA, 0, 2, 0);
  }

  @Test
  void streamWeHaveNotAnnouncedYet() {
    probe.open();
    expect(YamuxViolation.UNKNOWN_STREAM, TYPE_WINDOW_UPDATE, ACK, 2, 0);
  }

  @Test
  void frameLongerThanTheMaximum() {
    expect(YamuxViolation.FRAME_TOO_LONG, TYPE_DATA, SYN, 1, (16 << 20) + 1);
  }

  @Test
  void frameOfFourGigabytes() {
    expect(YamuxViolation.FRAME_TOO_LONG, TYPE_DATA, SYN, 1, 0xffff_ffffL);
  }

  @Test
  void windowOverrunByOneByte() throws Exception {
    probe.receiveData(SYN, 1, INITIAL_WINDOW_BYTES);
    expect(YamuxViolation.WINDOW_OVERRUN, TYPE_DATA, 0, 1, 1);
  }

  @Test
  void windowOverrunByTheFirstFrame() {
    expect(YamuxViolation.WINDOW_OVERRUN, TYPE_DATA, SYN, 1, INITIAL_WINDOW_BYTES + 1);
  }

  @Test
  void consumedDataDoesNotCountAsCreditBeforeItIsGiven() throws Exception {
    probe.receiveData(SYN, 1, INITIAL_WINDOW_BYTES);
    probe.streams.get(1L).consumed(100, probe.time.nanoTime());
    expect(YamuxViolation.WINDOW_OVERRUN, TYPE_DATA, 0, 1, 1);
  }

  @Test
  void creditBeyond32Bits() throws Exception {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 1, 0xffff_ffffL - INITIAL_WINDOW_BYTES);
    assertEquals(0xffff_ffffL, probe.streams.get(1L).sendWindow());
    expect(YamuxViolation.CREDIT_OVERFLOW, TYPE_WINDOW_UPDATE, 0, 1, 1);
  }

  @Test
  void dataAfterTheEnd() throws Exception {
    probe.receiveData(SYN | FIN, 1, 1);
    expect(YamuxViolation.DATA_AFTER_FIN, TYPE_DATA, 0, 1, 1);
  }

  @Test
  void moreLateDataThanCouldHaveBeenOnItsWay() throws Exception {
    probe.receiveData(SYN, 1, 1000);
    probe.streams.get(1L).reset();
    probe.receiveData(0, 1, INITIAL_WINDOW_BYTES - 1000);
    expect(YamuxViolation.DATA_AFTER_RESET, TYPE_DATA, 0, 1, 1);
  }

  @Test
  void dataOnAStreamThePeerHasReset() throws Exception {
    probe.receiveData(SYN, 1, 1);
    probe.receive(TYPE_WINDOW_UPDATE, RST, 1, 0);
    expect(YamuxViolation.DATA_AFTER_RESET, TYPE_DATA, 0, 1, 1);
  }

  @Test
  void streamsBeyondTheLimitAreResetAndThenCountAsAFlood() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withMaxStreams(3, 3, 3);
    probe = new SessionProbe(false, config, new VirtualTime());
    long id = 1;
    for (int i = 0; i < 3; i++, id += 2) probe.receiveData(SYN, id, 1);
    assertEquals(3, probe.session.openStreams());
    for (int i = 0; i < YamuxSession.REFUSAL_BURST; i++, id += 2) probe.receiveData(SYN, id, 1);
    assertEquals(3, probe.session.openStreams());
    assertEquals(YamuxSession.REFUSAL_BURST, probe.sent().size());
    assertEquals(YamuxSession.REFUSAL_BURST, probe.counters.streamsRefused());
    expect(YamuxViolation.STREAM_FLOOD, TYPE_DATA, SYN, id, 0);
  }

  @Test
  void streamsOpenedTooFastAreRefusedUntilTimePasses() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withInboundOpens(10, 5);
    probe = new SessionProbe(false, config, new VirtualTime());
    long id = 1;
    for (int i = 0; i < 6; i++, id += 2) probe.receive(TYPE_DATA, SYN, id, 0);
    assertEquals(5, probe.session.openStreams());
    probe.time.advanceNanos(100_000_000L);
    probe.receive(TYPE_DATA, SYN, id, 0);
    assertEquals(6, probe.session.openStreams());
    assertFalse(probe.session.isEnded());
  }

  @Test
  void openAndResetInALoop() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withInboundOpens(10, 5);
    probe = new SessionProbe(false, config, new VirtualTime());
    long id = 1;
    for (int i = 0; i < 5 + YamuxSession.REFUSAL_BURST; i++, id += 2) {
      probe.receive(TYPE_DATA, SYN | RST, id, 0);
    }
    expect(YamuxViolation.STREAM_FLOOD, TYPE_DATA, SYN | RST, id, 0);
  }

  @Test
  void pings() throws Exception {
    for (int i = 0; i < YamuxSession.PING_BURST; i++) probe.receive(TYPE_PING, SYN, 0, i);
    expect(YamuxViolation.PING_FLOOD, TYPE_PING, SYN, 0, 0);
  }

  @Test
  void windowUpdatesOfNothing() throws Exception {
    probe.receive(TYPE_DATA, SYN, 1, 0);
    expectIdleFlood(TYPE_WINDOW_UPDATE, 0, 1);
  }

  @Test
  void emptyData() throws Exception {
    probe.receive(TYPE_DATA, SYN, 1, 0);
    expectIdleFlood(TYPE_DATA, 0, 1);
  }

  @Test
  void framesForAnEndedStream() throws Exception {
    probe.receive(TYPE_DATA, SYN, 1, 0);
    probe.receive(TYPE_WINDOW_UPDATE, RST, 1, 0);
    expectIdleFlood(TYPE_WINDOW_UPDATE, RST, 1);
  }

  @Test
  void endAgainAndAgain() throws Exception {
    probe.receive(TYPE_DATA, SYN | FIN, 1, 0);
    expectIdleFlood(TYPE_DATA, FIN, 1);
  }

  @Test
  void answersToNoPing() throws Exception {
    expectIdleFlood(TYPE_PING, ACK, 0);
  }

  private void expectIdleFlood(int type, int flags, long streamId) throws Exception {
    for (int i = 0; i < YamuxSession.IDLE_FRAME_BURST; i++) probe.receive(type, flags, streamId, 0);
    expect(YamuxViolation.IDLE_FRAME_FLOOD, type, flags, streamId, 0);
  }

  @Test
  void nothingIsAcceptedAfterAViolation() throws Exception {
    expect(YamuxViolation.UNKNOWN_TYPE, 9, 0, 0, 0);
    probe.receiveData(SYN, 1, 5);
    assertTrue(probe.events.isEmpty());
  }
}
