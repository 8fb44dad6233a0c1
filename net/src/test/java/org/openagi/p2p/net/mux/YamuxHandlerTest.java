package org.openagi.p2p.net.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.mux.MuxPair.bytes;
import static org.openagi.p2p.wire.yamux.YamuxConfig.INITIAL_WINDOW_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;
import org.openagi.p2p.testkit.BufferLeaks;
import org.openagi.p2p.testkit.VirtualTime;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxHeader;
import org.openagi.p2p.wire.yamux.YamuxHeader.Type;
import org.openagi.p2p.wire.yamux.YamuxViolation;

/** What is special to Yamux on a channel: frames, batches, turns, bounds and the end. */
class YamuxHandlerTest {
  private MuxPair pair = new MuxPair();

  @AfterEach
  void close() {
    pair.close();
  }

  private void usePair(YamuxConfig config) {
    pair.close();
    pair = new MuxPair(config);
  }

  private static ByteBuf frame(Type type, int flags, long streamId, long length, int payload) {
    ByteBuf out = Unpooled.buffer();
    new YamuxHeader(type, flags, streamId, length).write(out);
    return out.writeZero(payload);
  }

  // ---- packing -------------------------------------------------------------------------------

  @Test
  void smallWritesBecomeOneFrameAndOneBuffer() {
    RecordingListener mine = pair.dialer.open();
    for (int i = 0; i < 100; i++) mine.stream.write(bytes(64));
    assertEquals(0, pair.dialer.channel.outboundMessages().size());
    mine.stream.flush();
    assertEquals(1, pair.dialer.channel.outboundMessages().size());
    List<YamuxHeader> frames = pair.dialer.takeFrames();
    assertEquals(List.of(new YamuxHeader(Type.DATA, YamuxHeader.SYN, 1, 6400)), frames);
  }

  @Test
  void writesOfSeveralStreamsShareABufferAndKeepTheirFrames() {
    RecordingListener first = pair.dialer.open();
    RecordingListener second = pair.dialer.open();
    first.stream.write(bytes(10));
    second.stream.write(bytes(20));
    first.stream.write(bytes(30));
    first.stream.flush();
    assertEquals(1, pair.dialer.channel.outboundMessages().size());
    assertEquals(
        List.of("1:10", "3:20", "1:30"),
        pair.dialer.takeFrames().stream()
            .map(f -> f.streamId() + ":" + f.length())
            .toList());
  }

  @Test
  void largePayloadIsPassedOnWithoutACopy() {
    RecordingListener mine = pair.dialer.open();
    ByteBuf large = bytes(20_000);
    mine.stream.write(large);
    mine.stream.flush();
    assertEquals(2, pair.dialer.channel.outboundMessages().size());
    ByteBuf header = pair.dialer.channel.readOutbound();
    ByteBuf payload = pair.dialer.channel.readOutbound();
    assertEquals(12, header.readableBytes());
    assertTrue(large.array() == payload.array(), "the same memory");
    header.release();
    payload.release();
  }

  /** Goal: what is answered within a batch of reads, on all streams, leaves in one flush. */
  @Test
  void aBatchOfReadsIsAnsweredWithOneFlush() {
    List<RecordingListener> mine = new ArrayList<>();
    for (int i = 0; i < 10; i++) mine.add(pair.dialer.open());
    pair.listener.onInbound = stream -> {
      RecordingListener echo = new RecordingListener(stream);
      echo.onReadComplete = () -> {
        stream.write(bytes(5));
        stream.flush();
      };
      stream.setListener(echo);
    };
    for (RecordingListener one : mine) one.stream.write(bytes(5));
    mine.get(0).stream.flush();
    MuxPair.move(pair.dialer, pair.listener);
    assertEquals(1, pair.listener.channel.outboundMessages().size());
    List<YamuxHeader> answers = pair.listener.takeFrames();
    assertEquals(10, answers.size());
    for (YamuxHeader answer : answers) assertEquals(YamuxHeader.ACK, answer.flags());
  }

  @Test
  void anAcceptedStreamIsAcknowledgedAlthoughNothingIsWritten() {
    pair.dialer.open().stream.flush();
    assertEquals(1, pair.dialer.muxer.openStreams());
    MuxPair.move(pair.dialer, pair.listener);
    assertEquals(
        List.of(new YamuxHeader(Type.WINDOW_UPDATE, YamuxHeader.ACK, 1, 0)),
        pair.listener.takeFrames());
  }

  /** Goal: few window updates, not one per message. */
  @Test
  void creditIsReturnedInLargeSteps() {
    RecordingListener mine = pair.dialer.open();
    int updates = 0;
    for (int i = 0; i < 1000; i++) {
      mine.stream.write(bytes(1000));
      mine.stream.flush();
      MuxPair.move(pair.dialer, pair.listener);
      for (YamuxHeader frame : pair.listener.takeFrames()) {
        if (frame.type() == Type.WINDOW_UPDATE && frame.length() > 0) {
          updates++;
          pair.dialer.channel.writeInbound(
              frame(Type.WINDOW_UPDATE, frame.flags(), frame.streamId(), frame.length(), 0));
        }
      }
    }
    assertEquals(1_000_000, pair.listener.accepted(0).data.size());
    assertTrue(updates >= 5 && updates <= 8, updates + " window updates for 1 MB");
  }

  // ---- turns ---------------------------------------------------------------------------------

  /** Method: the network stops, one stream queues much, another a little; then the network goes on. */
  @Test
  void aSmallMessageOvertakesABulkTransfer() {
    RecordingListener bulk = pair.dialer.open();
    RecordingListener small = pair.dialer.open();
    pair.dialer.setWritable(false);
    for (int i = 0; i < 20; i++) bulk.stream.write(bytes(10_000));
    small.stream.write(bytes(10));
    small.stream.flush();
    assertEquals(0, pair.dialer.takeFrames().size());
    pair.dialer.setWritable(true);
    List<YamuxHeader> frames = pair.dialer.takeFrames();
    assertEquals(1, frames.get(0).streamId());
    assertEquals(YamuxHandler.QUANTUM_BYTES, frames.get(0).length());
    assertEquals(3, frames.get(1).streamId());
    assertEquals(200_010, frames.stream().mapToLong(YamuxHeader::length).sum());
  }

  @Test
  void bulkTransfersShareTheConnectionEvenly() {
    List<RecordingListener> bulk = new ArrayList<>();
    for (int i = 0; i < 4; i++) bulk.add(pair.dialer.open());
    pair.dialer.setWritable(false);
    for (RecordingListener one : bulk) {
      for (int i = 0; i < 20; i++) one.stream.write(bytes(10_000));
      one.stream.flush();
    }
    pair.dialer.setWritable(true);
    long[] sent = new long[4];
    for (YamuxHeader frame : pair.dialer.takeFrames()) {
      sent[(int) frame.streamId() / 2] += frame.length();
      for (long other : sent) {
        if (other < 200_000 && sent[(int) frame.streamId() / 2] < 200_000) {
          assertTrue(
              Math.abs(other - sent[(int) frame.streamId() / 2]) <= YamuxHandler.QUANTUM_BYTES);
        }
      }
    }
    for (long one : sent) assertEquals(200_000, one);
  }

  @Test
  void manySmallMessagesDoNotStarveABulkTransfer() {
    RecordingListener bulk = pair.dialer.open();
    pair.dialer.setWritable(false);
    for (int i = 0; i < 20; i++) bulk.stream.write(bytes(10_000));
    for (int i = 0; i < 40; i++) pair.dialer.open().stream.write(bytes(10));
    bulk.stream.flush();
    pair.dialer.setWritable(true);
    int since = 0;
    for (YamuxHeader frame : pair.dialer.takeFrames()) {
      since = frame.streamId() == 1 ? 0 : since + 1;
      assertTrue(since <= SendScheduler.FRESH_RUN + 1, "bulk waits for " + since + " others");
    }
  }

  @Test
  void theWriterHearsWhenItMayGoOn() {
    RecordingListener mine = pair.dialer.open();
    pair.dialer.setWritable(false);
    boolean writable = true;
    int written = 0;
    while (writable) {
      writable = mine.stream.write(bytes(10_000));
      written += 10_000;
    }
    assertEquals(YamuxMuxedStream.HIGH_WATER_BYTES, written, 10_000);
    assertEquals(written, mine.stream.pendingBytes());
    assertFalse(mine.events.contains("writable"));
    pair.dialer.setWritable(true);
    assertEquals(1, mine.events.stream().filter("writable"::equals).count());
    assertTrue(mine.stream.isWritable());
  }

  // ---- bounds --------------------------------------------------------------------------------

  @Test
  void aWriterThatIgnoresBackPressureLosesItsStreamAndIsTold() {
    usePair(YamuxConfig.defaults().withPendingLimits(1 << 20, 64 << 20));
    RecordingListener mine = pair.dialer.open();
    mine.stream.flush();
    pair.pump();
    pair.listener.accepted(0).consuming = false;
    List<ByteBuf> written = new ArrayList<>();
    for (int i = 0; mine.stream.isOpen() && i < 100; i++) {
      ByteBuf piece = bytes(100_000);
      written.add(piece);
      mine.stream.write(piece);
      pair.pump();
    }
    StreamLimitException cause = assertInstanceOf(StreamLimitException.class, mine.cause);
    assertTrue(String.valueOf(cause.getMessage()).contains("limit 1048576"), cause.getMessage());
    assertEquals(1, mine.closes);
    pair.pump();
    for (ByteBuf piece : written) assertEquals(0, piece.refCnt());
    assertInstanceOf(MuxedStreamException.class, pair.listener.accepted(0).cause);
  }

  @Test
  void whatAllStreamsOfAConnectionQueueIsBounded() {
    usePair(YamuxConfig.defaults().withPendingLimits(1 << 20, 1 << 20));
    pair.dialer.setWritable(false);
    List<RecordingListener> streams = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      RecordingListener one = pair.dialer.open();
      streams.add(one);
      one.stream.write(bytes(100_000));
    }
    assertEquals(10, streams.stream().filter(one -> one.stream.isOpen()).count());
    assertInstanceOf(StreamLimitException.class, streams.get(11).cause);
  }

  @Test
  void tooManyStreamsAreRefusedWithAReason() {
    usePair(YamuxConfig.defaults().withMaxStreams(3, 5, 5));
    List<RecordingListener> mine = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      mine.add(pair.dialer.open());
      mine.get(i).stream.write(bytes(10));
    }
    StreamLimitException e =
        assertThrows(StreamLimitException.class, () -> pair.dialer.muxer.openStream());
    assertTrue(String.valueOf(e.getMessage()).contains("limit 5"), e.getMessage());
    mine.get(0).stream.flush();
    pair.pump();
    assertEquals(3, pair.listener.inbound.size());
    for (int i = 3; i < 5; i++) {
      MuxedStreamException cause = assertInstanceOf(MuxedStreamException.class, mine.get(i).cause);
      assertEquals(Reason.REFUSED_BY_PEER, cause.reason());
    }
    assertEquals(2, pair.listener.counters.streamsRefused());
  }

  /** Method: streams opened within all limits are reset by us; the peer never reads the resets. */
  @Test
  void aPeerThatProvokesAnswersAndDoesNotReadIsCutOff() {
    usePair(YamuxConfig.defaults().withInboundOpens(1_000_000, 1_000_000));
    pair.listener.onInbound = MuxedStream::reset;
    pair.listener.setWritable(false);
    int batch = 100;
    long opened = 0;
    while (pair.listener.channel.isOpen() && opened < 100_000) {
      ByteBuf opens = Unpooled.buffer();
      for (int i = 0; i < batch; i++, opened++) {
        YamuxHeader.write(
            opens, YamuxHeader.TYPE_WINDOW_UPDATE, YamuxHeader.SYN, (int) (1 + 2 * opened), 0);
      }
      pair.listener.channel.writeInbound(opens);
      pair.listener.inbound.clear();
    }
    assertEquals(1, pair.listener.counters.violations(YamuxViolation.CONTROL_BACKLOG));
    assertEquals(YamuxHandler.MAX_CONTROL_BACKLOG_BYTES / 12, opened, batch);
    assertEquals(1, pair.listener.ends.size());
  }

  // ---- violations ----------------------------------------------------------------------------

  @Test
  void aViolationIsAnsweredWithAGoAwayAndEndsTheConnection() {
    RecordingListener mine = pair.listener.open();
    pair.listener.channel.writeInbound(frame(Type.DATA, 0x80, 7, 0, 0));
    pair.listener.channel.runPendingTasks();
    List<YamuxHeader> frames = pair.listener.takeFrames();
    assertEquals(new YamuxHeader(Type.GO_AWAY, 0, 0, 1), frames.getLast());
    assertFalse(pair.listener.channel.isOpen());
    MuxedStreamException cause = assertInstanceOf(MuxedStreamException.class, mine.cause);
    assertEquals(Reason.PROTOCOL_VIOLATION, cause.reason());
    assertEquals(1, mine.closes);
    assertTrue(String.valueOf(pair.listener.ends.get(0)).contains("UNKNOWN_FLAGS"));
    assertEquals(1, pair.listener.counters.violations(YamuxViolation.UNKNOWN_FLAGS));
  }

  @Test
  void aWindowOverrunWithoutAnyListenerIsFoundAtTheHeader() {
    pair.listener.onInbound = stream -> {};
    ByteBuf window =
        frame(Type.DATA, YamuxHeader.SYN, 1, INITIAL_WINDOW_BYTES, INITIAL_WINDOW_BYTES);
    pair.listener.channel.writeInbound(window);
    assertTrue(pair.listener.channel.isOpen());
    pair.listener.channel.writeInbound(frame(Type.DATA, 0, 1, 1, 0));
    pair.listener.channel.runPendingTasks();
    assertFalse(pair.listener.channel.isOpen());
    assertEquals(0, window.refCnt(), "what waited for a listener was released");
    assertEquals(1, pair.listener.counters.violations(YamuxViolation.WINDOW_OVERRUN));
  }

  @Test
  void anExceptionOfTheChannelIsTheCauseOfTheEnd() {
    RecordingListener mine = pair.dialer.open();
    pair.dialer.channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));
    MuxedStreamException cause = assertInstanceOf(MuxedStreamException.class, mine.cause);
    assertEquals(Reason.CONNECTION_LOST, cause.reason());
    assertTrue(String.valueOf(cause.getMessage()).contains("Connection reset"));
    assertFalse(pair.dialer.channel.isOpen());
    assertEquals(1, pair.dialer.ends.size());
  }

  // ---- the end -------------------------------------------------------------------------------

  @Test
  void afterAGoAwayOpenStreamsFinishAndThenTheConnectionCloses() {
    RecordingListener mine = pair.dialer.open();
    mine.stream.write(bytes(10));
    mine.stream.flush();
    pair.pump();
    pair.dialer.channel.writeInbound(frame(Type.GO_AWAY, 0, 0, 0, 0));
    assertTrue(mine.stream.isOpen());
    assertThrows(StreamLimitException.class, () -> pair.dialer.muxer.openStream());
    pair.listener.accepted(0).stream.write(bytes(7));
    pair.listener.accepted(0).stream.closeWrite();
    mine.stream.closeWrite();
    pair.pump();
    assertEquals(7, mine.data.size());
    assertEquals(1, mine.closes);
    assertFalse(pair.dialer.channel.isOpen());
  }

  @Test
  void aPeerThatDoesNotReadCannotHoldTheCloseBack() {
    pair.dialer.channel.freezeTime();
    RecordingListener mine = pair.dialer.open();
    pair.dialer.channel.pipeline().addFirst(new SwallowWrites());
    pair.dialer.muxer.close(StreamMuxer.NORMAL_TERMINATION);
    assertEquals(1, mine.closes);
    assertTrue(pair.dialer.channel.isOpen());
    pair.dialer.channel.advanceTimeBy(YamuxHandler.CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    pair.dialer.channel.runScheduledPendingTasks();
    assertFalse(pair.dialer.channel.isOpen());
  }

  @Test
  void aSuspendedPeerIsNoticed() {
    VirtualTime time = new VirtualTime();
    YamuxConfig config =
        YamuxConfig.defaults().withKeepAlive(Duration.ofSeconds(30), Duration.ofSeconds(20));
    pair.close();
    pair = new MuxPair(config, config, time);
    pair.dialer.channel.freezeTime();
    RecordingListener mine = pair.dialer.open();
    passTime(time, 30);
    assertEquals(Type.PING, pair.dialer.takeFrames().getLast().type());
    passTime(time, 19);
    assertTrue(mine.stream.isOpen());
    passTime(time, 1);
    assertFalse(mine.stream.isOpen());
    assertFalse(pair.dialer.channel.isOpen());
    assertNotNull(mine.cause);
    assertTrue(
        String.valueOf(mine.cause.getMessage()).contains("nothing received for 50000 ms"),
        mine.cause.getMessage());
  }

  private void passTime(VirtualTime time, int seconds) {
    time.advance(Duration.ofSeconds(seconds));
    pair.dialer.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    pair.dialer.channel.runScheduledPendingTasks();
  }

  @Test
  void everyBufferIsReleasedOnTheWayOut() {
    try (BufferLeaks buffers = new BufferLeaks()) {
      MuxPair watched = new MuxPair();
      watched.dialer.channel.config().setAllocator(buffers.allocator());
      watched.listener.channel.config().setAllocator(buffers.allocator());
      for (int i = 0; i < 20; i++) {
        RecordingListener mine = watched.dialer.open();
        mine.stream.write(buffers.allocator().buffer().writeZero(1 + i * 3000));
        if (i % 3 == 0) mine.stream.reset();
        if (i % 3 == 1) mine.stream.closeWrite();
        if (i % 7 == 0) watched.pump();
        if (i == 15) watched.dialer.setWritable(false);
      }
      watched.listener.inbound.forEach(stream -> stream.write(bytes(5000)));
      watched.close();
    }
  }
}
