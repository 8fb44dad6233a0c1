package org.openagi.p2p.wire.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.VirtualTime;

/** States, flags and flow control, in the order of the specification. Violations have a test of their own. */
class YamuxSessionTest {
  private final SessionProbe probe = SessionProbe.listener();

  // ---- opening -------------------------------------------------------------------------------

  @Test
  void aStreamOpensWithDataAndIsAcknowledgedByTheFirstFrameBack() throws Exception {
    probe.receiveData(SYN, 1, 5);
    assertEquals(List.of("opened 1", "data 1 5"), probe.events);
    probe.send(probe.streams.get(1L), 7);
    probe.send(probe.streams.get(1L), 7);
    assertEquals(List.of("DATA+ACK 1 7", "DATA 1 7"), probe.sent());
  }

  @Test
  void anAcknowledgementMayTravelAlone() throws Exception {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 1, 0);
    YamuxStream stream = probe.streams.get(1L);
    assertTrue(stream.isUnannounced());
    stream.announce();
    stream.announce();
    assertEquals(List.of("WINDOW_UPDATE+ACK 1 0"), probe.sent());
    assertFalse(stream.isUnannounced());
  }

  @Test
  void dialerOpensOddAndListenerEvenIds() {
    SessionProbe dialer = SessionProbe.dialer();
    assertEquals(1, dialer.open().id());
    assertEquals(3, dialer.open().id());
    assertEquals(2, probe.open().id());
    assertEquals(4, probe.open().id());
  }

  @Test
  void nothingIsSentForAStreamThatIsOpenedAndResetAtOnce() {
    YamuxStream stream = probe.open();
    stream.reset();
    stream.reset();
    stream.announce();
    assertEquals(List.of(), probe.sent());
    assertEquals(0, probe.session.openStreams());
    assertEquals(0, probe.session.unackedStreams());
  }

  @Test
  void aPeerThatRefusesAStreamIsToldFromOneThatAbortsIt() throws Exception {
    YamuxStream refused = probe.open();
    refused.announce();
    probe.receive(TYPE_WINDOW_UPDATE, RST, refused.id(), 0);
    YamuxStream aborted = probe.open();
    aborted.announce();
    probe.receive(TYPE_WINDOW_UPDATE, ACK, aborted.id(), 0);
    probe.receive(TYPE_WINDOW_UPDATE, RST, aborted.id(), 0);
    assertEquals(List.of("closed 2 REFUSED_BY_PEER", "closed 4 RESET_BY_PEER"), probe.events);
  }

  @Test
  void opensThatOvertakeEachOtherAreAccepted() throws Exception {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 7, 0);
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 3, 0);
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 5, 0);
    assertEquals(List.of("opened 7", "opened 3", "opened 5"), probe.events);
  }

  @Test
  void unacknowledgedStreamsAreLimitedUntilThePeerAnswers() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withMaxStreams(10, 10, 2);
    SessionProbe dialer = new SessionProbe(true, config, new VirtualTime());
    dialer.open().announce();
    dialer.open().announce();
    String why = dialer.session.whyNoOpen();
    assertNotNull(why);
    assertTrue(why.contains("2 streams") && why.contains("limit 2"), why);
    assertThrows(IllegalStateException.class, dialer::open);
    dialer.receive(TYPE_WINDOW_UPDATE, ACK, 1, 0);
    assertNull(dialer.session.whyNoOpen());
    dialer.open().announce();
    dialer.receiveData(0, 3, 1); // data shows as well that the peer has accepted the stream
    assertEquals(1, dialer.session.unackedStreams());
  }

  @Test
  void outboundStreamsAreLimited() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withMaxStreams(10, 2, 256);
    SessionProbe dialer = new SessionProbe(true, config, new VirtualTime());
    YamuxStream first = dialer.open();
    dialer.open();
    assertNotNull(dialer.session.whyNoOpen());
    first.reset();
    assertNull(dialer.session.whyNoOpen());
  }

  // ---- flags ---------------------------------------------------------------------------------

  @Test
  void severalFlagsInOneFrameAreAllHandled() throws Exception {
    probe.receiveData(SYN | FIN, 1, 5);
    assertEquals(List.of("opened 1", "data 1 5", "fin 1"), probe.events);
    probe.events.clear();

    probe.receive(TYPE_WINDOW_UPDATE, SYN | FIN, 3, 100);
    assertEquals(
        List.of("opened 3", "credit 3 " + (INITIAL_WINDOW_BYTES + 100), "fin 3"), probe.events);
    probe.events.clear();

    YamuxStream ours = probe.open();
    ours.announce();
    probe.receiveData(ACK | FIN, ours.id(), 2);
    assertEquals(List.of("data 2 2", "fin 2"), probe.events);
    assertEquals(0, probe.session.unackedStreams());
  }

  @Test
  void aResetWinsOverTheRestOfItsFrame() throws Exception {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 1, 0);
    probe.receiveData(RST | FIN, 1, 100);
    probe.receive(TYPE_WINDOW_UPDATE, SYN | RST, 3, 0);
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 5, 0);
    assertEquals(List.of("opened 1", "closed 1 RESET_BY_PEER", "opened 5"), probe.events);
    assertEquals(List.of(), probe.sent());
  }

  @Test
  void finIsSentInAFrameOfItsOwn() throws Exception {
    YamuxStream stream = probe.open();
    stream.finish();
    stream.finish();
    assertEquals(List.of("WINDOW_UPDATE+SYN 2 0", "WINDOW_UPDATE+FIN 2 0"), probe.sent());
  }

  // ---- closing -------------------------------------------------------------------------------

  @Test
  void aHalfClosedStreamGoesOnInTheOtherDirection() throws Exception {
    probe.receiveData(SYN | FIN, 1, 1);
    YamuxStream stream = probe.streams.get(1L);
    probe.send(stream, 10);
    probe.receive(TYPE_WINDOW_UPDATE, 0, 1, 50);
    assertFalse(stream.isClosed());
    stream.finish();
    assertTrue(stream.isClosed());
    assertEquals("closed 1 FINISHED", probe.events.getLast());
    assertEquals(0, probe.session.openStreams());
  }

  @Test
  void whatWasOnItsWayWhenWeResetIsDropped() throws Exception {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 1, 0);
    probe.streams.get(1L).reset();
    assertEquals(List.of("WINDOW_UPDATE+RST 1 0"), probe.sent());
    probe.receiveData(0, 1, INITIAL_WINDOW_BYTES);
    probe.receive(TYPE_WINDOW_UPDATE, FIN, 1, 0);
    assertEquals(List.of("opened 1"), probe.events);
    assertEquals(0, probe.session.unreadBytes());
  }

  @Test
  void aResetInTheMiddleOfAFrameDropsItsRest() throws Exception {
    ByteBuf frame = SessionProbe.frame(TYPE_DATA, SYN | FIN, 1, 100, 100);
    probe.receive(frame.readRetainedSlice(50));
    probe.streams.get(1L).reset();
    probe.receive(frame);
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 3, 0);
    assertEquals(List.of("opened 1", "data 1 38", "opened 3"), probe.events);
  }

  // ---- flow control --------------------------------------------------------------------------

  @Test
  void creditIsGivenBackOnlyWhenHalfOfTheWindowWasConsumed() throws Exception {
    probe.receiveData(SYN, 1, INITIAL_WINDOW_BYTES);
    YamuxStream stream = probe.streams.get(1L);
    assertEquals(0, stream.receiveWindow());
    long now = probe.time.nanoTime();
    for (int i = 0; i < INITIAL_WINDOW_BYTES / 2 - 1; i++) stream.consumed(1, now);
    assertEquals(List.of(), probe.sent());
    stream.consumed(1, now);
    assertEquals(
        List.of("PING+SYN 0 1", "WINDOW_UPDATE+ACK 1 " + INITIAL_WINDOW_BYTES / 2), probe.sent());
    assertEquals(INITIAL_WINDOW_BYTES / 2, stream.receiveWindow());
    assertThrows(
        IllegalArgumentException.class, () -> stream.consumed(INITIAL_WINDOW_BYTES / 2 + 1, now));
  }

  @Test
  void nothingIsSentBeyondTheWindow() throws Exception {
    YamuxStream stream = probe.open();
    assertEquals(INITIAL_WINDOW_BYTES, stream.reserve(1 << 30));
    assertEquals(0, stream.reserve(1));
    stream.announce();
    probe.receive(TYPE_WINDOW_UPDATE, ACK, 2, 10);
    assertEquals(10, stream.reserve(11));
  }

  @Test
  void noCreditIsGivenAfterThePeersEnd() throws Exception {
    probe.consuming = true;
    probe.receiveData(SYN | FIN, 1, 1);
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 3, 0);
    probe.streams.get(3L).announce();
    probe.sent();
    probe.receiveData(FIN, 3, INITIAL_WINDOW_BYTES / 2 - 1);
    assertEquals(List.of(), probe.sent());
  }

  /** Method: a round trip of 10 ms, and a reader that takes half a window in half of that. */
  @Test
  void theWindowGrowsToTwiceTheBandwidthDelayProductAndNotFurther() throws Exception {
    YamuxStream stream = streamWithRoundTrip(10_000_000L);
    long before = INITIAL_WINDOW_BYTES;
    for (int i = 0; i < 12; i++) {
      probe.time.advanceNanos(5_000_000L);
      consumeHalf(stream);
      assertTrue(stream.windowBytes() <= 2 * before, "more than doubled");
      before = stream.windowBytes();
    }
    // Half a window in half a round trip each time: grows until the configured bound.
    assertEquals(16 << 20, stream.windowBytes());
    assertEquals((16 << 20) - INITIAL_WINDOW_BYTES, probe.session.growthBytes());
    stream.reset();
    assertEquals(0, probe.session.growthBytes());
  }

  @Test
  void aSlowReadersWindowStaysSmall() throws Exception {
    YamuxStream stream = streamWithRoundTrip(10_000_000L);
    for (int i = 0; i < 12; i++) {
      probe.time.advanceNanos(500_000_000L);
      consumeHalf(stream);
    }
    assertEquals(INITIAL_WINDOW_BYTES, stream.windowBytes());
  }

  @Test
  void theGrowthOfAllStreamsOfAConnectionIsLimited() throws Exception {
    YamuxConfig config =
        YamuxConfig.defaults().withReceiveLimits(16 << 20, 1 << 20, 64 << 20, 16 << 20);
    SessionProbe limited = new SessionProbe(false, config, new VirtualTime());
    for (long id = 1; id < 40; id += 2) {
      limited.receive(TYPE_WINDOW_UPDATE, SYN, id, 0);
    }
    limited.session.ping(limited.time.nanoTime());
    limited.time.advanceNanos(50_000_000L);
    limited.receive(TYPE_PING, ACK, 0, 1);
    for (int round = 0; round < 5; round++) {
      for (YamuxStream stream : limited.streams.values()) {
        limited.time.advanceNanos(1000);
        int half = stream.windowBytes() / 2;
        limited.receiveData(0, stream.id(), half);
        stream.consumed(half, limited.time.nanoTime());
      }
    }
    assertEquals(1 << 20, limited.session.growthBytes(), 64 * 1024);
    assertTrue(limited.session.growthBytes() <= 1 << 20);
  }

  private YamuxStream streamWithRoundTrip(long rttNanos) throws ProtocolViolationException {
    probe.receive(TYPE_WINDOW_UPDATE, SYN, 1, 0);
    probe.session.ping(probe.time.nanoTime());
    probe.time.advanceNanos(rttNanos);
    probe.receive(TYPE_PING, ACK, 0, 1);
    assertEquals(rttNanos, probe.session.rttNanos());
    return probe.streams.get(1L);
  }

  private void consumeHalf(YamuxStream stream) throws ProtocolViolationException {
    int half = stream.windowBytes() / 2;
    probe.receiveData(0, stream.id(), half);
    stream.consumed(half, probe.time.nanoTime());
  }

  @Test
  void atTheLimitOfUnreadDataTheStreamWithTheMostIsReset() throws Exception {
    YamuxConfig config = YamuxConfig.defaults().withReceiveLimits(16 << 20, 0, 300_000, 16 << 20);
    SessionProbe limited = new SessionProbe(false, config, new VirtualTime());
    limited.receiveData(SYN, 1, 200_000);
    limited.receiveData(SYN, 3, 100_000);
    limited.events.clear();
    limited.receiveData(SYN, 5, 1);
    assertEquals(List.of("opened 5", "data 5 1", "closed 1 UNREAD_LIMIT"), limited.events);
    assertEquals(List.of("WINDOW_UPDATE+RST 1 0"), limited.sent());
    assertEquals(1, limited.counters.backlogResets());
    assertEquals(100_001, limited.session.unreadBytes());
  }

  // ---- split reads ---------------------------------------------------------------------------

  /** Goal: where reads are split makes no difference but to the pieces data comes in. */
  @Test
  void framesMaySplitAnywhere() throws Exception {
    ByteBuf all = Unpooled.buffer();
    add(all, SessionProbe.frame(TYPE_DATA, SYN, 1, 20, 20));
    add(all, SessionProbe.frame(TYPE_WINDOW_UPDATE, SYN, 0xffff_fff1L, 9, 0));
    add(all, SessionProbe.frame(TYPE_PING, SYN, 0, 0xdeadbeefL, 0));
    add(all, SessionProbe.frame(TYPE_DATA, FIN, 1, 3, 3));
    for (int split = 0; split <= all.readableBytes(); split++) {
      SessionProbe one = SessionProbe.listener();
      one.receive(all.retainedSlice(0, split));
      one.receive(all.retainedSlice(split, all.readableBytes() - split));
      assertEquals(List.of("PING+ACK 0 3735928559"), one.sent());
      assertEquals(23, one.streams.get(1L).unreadBytes());
      assertTrue(one.streams.get(1L).isRemoteFinished());
      assertEquals(INITIAL_WINDOW_BYTES + 9, one.streams.get(0xffff_fff1L).sendWindow());
    }
    SessionProbe single = SessionProbe.listener();
    for (int i = 0; i < all.readableBytes(); i++) single.receive(all.retainedSlice(i, 1));
    assertEquals(23, single.streams.get(1L).unreadBytes());
    assertEquals(1, all.refCnt());
  }

  private static void add(ByteBuf all, ByteBuf frame) {
    all.writeBytes(frame);
    frame.release();
  }

  // ---- session -------------------------------------------------------------------------------

  @Test
  void aPingIsAnsweredWithItsValue() throws Exception {
    probe.receive(TYPE_PING, SYN, 0, 0xcafebabeL);
    assertEquals(List.of("PING+ACK 0 " + 0xcafebabeL), probe.sent());
  }

  @Test
  void aGoAwayStopsOpeningAndLeavesStreamsAlone() throws Exception {
    YamuxStream stream = probe.open();
    stream.announce();
    probe.receive(TYPE_GO_AWAY, 0, 0, 0);
    assertEquals(List.of("go away 0"), probe.events);
    assertEquals("the peer is going away", probe.session.whyNoOpen());
    probe.receiveData(ACK, stream.id(), 10);
    assertEquals("data 2 10", probe.events.getLast());
  }

  @Test
  void theEndOfTheSessionGivesAllStreamsBack() throws Exception {
    probe.receiveData(SYN, 1, 10);
    probe.open();
    assertEquals(2, probe.session.end().size());
    assertEquals(0, probe.session.openStreams());
    assertEquals(0, probe.session.unreadBytes());
    assertNotNull(probe.session.whyNoOpen());
    probe.receiveData(SYN, 3, 10);
    assertFalse(probe.events.contains("opened 3"));
    assertEquals(List.of(), probe.session.end());
  }

  // ---- keep-alive ----------------------------------------------------------------------------

  @Test
  void aSilentPeerIsPingedAndThenGivenUp() {
    YamuxSession session = probe.session;
    probe.time.jumpTo(session.nextDeadlineNanos());
    assertFalse(session.onDeadline(probe.time.nanoTime()));
    assertEquals(List.of("PING+SYN 0 1"), probe.sent());
    probe.time.jumpTo(session.nextDeadlineNanos());
    assertTrue(session.onDeadline(probe.time.nanoTime()));
    assertEquals(1, probe.counters.unresponsivePeers());
  }

  @Test
  void anythingReceivedCountsAsLife() throws Exception {
    YamuxSession session = probe.session;
    for (int i = 0; i < 10; i++) {
      probe.time.jumpTo(session.nextDeadlineNanos());
      assertFalse(session.onDeadline(probe.time.nanoTime()));
      probe.time.advanceNanos(1_000_000_000L);
      probe.receive(TYPE_WINDOW_UPDATE, SYN, 1 + 2 * i, 0);
    }
  }

  @Test
  void aPeerIsNotBlamedForAPauseOfThisSide() throws Exception {
    YamuxSession session = probe.session;
    probe.time.jumpTo(session.nextDeadlineNanos());
    session.onDeadline(probe.time.nanoTime());
    probe.time.jumpTo(session.nextDeadlineNanos() + YamuxSession.STALL_NANOS);
    assertFalse(session.onDeadline(probe.time.nanoTime()), "this machine was stopped");
    probe.time.jumpTo(session.nextDeadlineNanos());
    assertTrue(session.onDeadline(probe.time.nanoTime()));
  }

  @Test
  void keepAliveCanBeTurnedOff() {
    YamuxConfig config = YamuxConfig.defaults().withKeepAlive(Duration.ZERO, Duration.ofSeconds(1));
    SessionProbe quiet = new SessionProbe(true, config, new VirtualTime());
    assertEquals(YamuxSession.NEVER, quiet.session.nextDeadlineNanos());
  }

  @Test
  void theRoundTripIsTheLeastOfTheLastFew() throws Exception {
    long[] samples = {30, 10, 20, 90, 50, 60, 70, 80, 90, 95};
    long[] expected = {30, 10, 10, 10, 10, 10, 10, 10, 50, 50};
    for (int i = 0; i < samples.length; i++) {
      probe.session.ping(probe.time.nanoTime());
      probe.time.advanceNanos(samples[i]);
      probe.receive(TYPE_PING, ACK, 0, i + 1);
      assertEquals(expected[i], probe.session.rttNanos(), "sample " + i);
    }
  }

  @Test
  void allProblemsOfAConfigurationAreReportedAtOnce() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> YamuxConfig.defaults().withMaxStreams(0, -1, 256));
    assertTrue(e.getMessage().contains("maxInboundStreams 0"), e.getMessage());
    assertTrue(e.getMessage().contains("maxOutboundStreams -1"), e.getMessage());
  }
}
