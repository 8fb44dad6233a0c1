package org.openagi.p2p.net.mux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;

/**
 * What every stream multiplexer promises. An implementation's test extends this and supplies pairs of
 * muxers joined by something the test can turn by hand.
 */
public abstract class MuxerContract {
  /** Two joined muxers on one thread. */
  public interface Pair extends AutoCloseable {
    StreamMuxer dialer();

    StreamMuxer listener();

    /** Streams the dialer opened, as the listener got them, each with a {@link RecordingListener}. */
    List<MuxedStream> accepted();

    /** Carries bytes both ways until nothing moves. */
    void pump();

    /** Cuts the connection without a word. */
    void cut();

    /** Ends of session that were reported, of both sides. */
    List<String> ends();

    @Override
    void close();
  }

  private final Pair pair = newPair();

  protected abstract Pair newPair();

  @AfterEach
  void closePair() {
    pair.close();
  }

  private RecordingListener open() {
    try {
      MuxedStream stream = pair.dialer().openStream();
      RecordingListener listener = new RecordingListener(stream);
      stream.setListener(listener);
      return listener;
    } catch (StreamLimitException e) {
      throw new AssertionError(e);
    }
  }

  private RecordingListener accepted(int index) {
    return RecordingListener.of(pair.accepted().get(index));
  }

  private RecordingListener openBoth(int index) {
    RecordingListener mine = open();
    mine.stream.flush();
    pair.pump();
    assertEquals(index + 1, pair.accepted().size());
    return mine;
  }

  private static ByteBuf pattern(int from, int length) {
    ByteBuf bytes = Unpooled.buffer(length);
    for (int i = 0; i < length; i++) bytes.writeByte((from + i) * 31);
    return bytes;
  }

  private static byte[] expected(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 31);
    return bytes;
  }

  // ---- life of a stream ----------------------------------------------------------------------

  @Test
  void bytesArriveInOrderInBothDirections() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    int sent = 0;
    for (int size : new int[] {1, 5000, 17, 40_000, 3, 3, 70_000}) {
      mine.stream.write(pattern(sent, size));
      theirs.stream.write(pattern(sent, size));
      sent += size;
    }
    mine.stream.flush();
    theirs.stream.flush();
    pair.pump();
    assertArrayEquals(expected(sent), mine.data.toByteArray());
    assertArrayEquals(expected(sent), theirs.data.toByteArray());
  }

  @Test
  void aStreamIsFinishedWhenBothSidesHaveClosed() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    mine.stream.write(pattern(0, 100));
    mine.stream.closeWrite();
    mine.stream.closeWrite();
    pair.pump();
    assertTrue(theirs.remoteClosed);
    assertEquals(100, theirs.data.size());
    assertTrue(theirs.stream.isWritable());
    assertFalse(mine.stream.isWritable());
    theirs.stream.write(pattern(0, 50));
    theirs.stream.closeWrite();
    pair.pump();
    assertEquals(50, mine.data.size());
    for (RecordingListener side : List.of(mine, theirs)) {
      assertEquals(1, side.closes);
      assertNull(side.cause);
      assertFalse(side.stream.isOpen());
    }
    assertEquals(0, pair.dialer().openStreams());
    assertEquals(0, pair.listener().openStreams());
  }

  @Test
  void finFollowsDataThatHadToWaitForTheWindow() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    theirs.consuming = false;
    mine.stream.write(pattern(0, 1_000_000));
    mine.stream.closeWrite();
    pair.pump();
    assertFalse(theirs.remoteClosed);
    theirs.consuming = true;
    theirs.stream.consumed(theirs.data.size());
    pair.pump();
    assertArrayEquals(expected(1_000_000), theirs.data.toByteArray());
    assertTrue(theirs.remoteClosed);
  }

  @Test
  void aResetReachesBothSidesOnce() {
    RecordingListener mine = openBoth(0);
    mine.stream.reset();
    mine.stream.reset();
    pair.pump();
    assertReason(Reason.RESET_LOCALLY, mine);
    assertReason(Reason.RESET_BY_PEER, accepted(0));
    assertEquals(0, pair.listener().openStreams());
  }

  private static void assertReason(Reason reason, RecordingListener side) {
    assertEquals(1, side.closes);
    assertEquals(
        reason, assertInstanceOf(MuxedStreamException.class, side.cause).reason());
    assertFalse(side.stream.isOpen());
  }

  @Test
  void writesAfterTheEndAreReleasedAndRefused() {
    RecordingListener mine = openBoth(0);
    mine.stream.closeWrite();
    ByteBuf late = pattern(0, 10);
    assertFalse(mine.stream.write(late));
    assertEquals(0, late.refCnt());
    accepted(0).stream.reset();
    ByteBuf dead = pattern(0, 10);
    assertFalse(accepted(0).stream.write(dead));
    assertEquals(0, dead.refCnt());
    pair.pump();
    assertEquals(0, accepted(0).data.size());
  }

  @Test
  void whatWaitsToBeSentIsReleasedByAReset() {
    RecordingListener mine = openBoth(0);
    accepted(0).consuming = false;
    ByteBuf big = pattern(0, 1_000_000);
    mine.stream.write(big);
    mine.stream.flush();
    pair.pump();
    assertTrue(mine.stream.pendingBytes() > 0);
    accepted(0).stream.reset();
    pair.pump();
    assertReason(Reason.RESET_BY_PEER, mine);
    assertEquals(0, mine.stream.pendingBytes());
    assertEquals(0, big.refCnt());
  }

  // ---- back pressure -------------------------------------------------------------------------

  /** A receiver that does not consume gets no more than a window, however much is sent. */
  @Test
  void aReaderThatStopsIsNotSentMoreThanItsWindow() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    theirs.consuming = false;
    int[] offered = {0};
    Runnable fill = () -> {
      while (offered[0] < 52_000_000 && mine.stream.isWritable()) {
        mine.stream.write(Unpooled.wrappedBuffer(new byte[8192]));
        offered[0] += 8192;
      }
      mine.stream.flush();
    };
    mine.onWritable = fill;
    fill.run();
    pair.pump();
    assertEquals(256 * 1024, theirs.data.size());
    assertFalse(mine.stream.isWritable());
    assertTrue(offered[0] <= 1024 * 1024, "took " + offered[0] + " bytes from the writer");

    // The others of the connection are not affected.
    RecordingListener other = open();
    other.stream.write(pattern(0, 1000));
    other.stream.flush();
    pair.pump();
    assertEquals(1000, accepted(1).data.size());

    // As the reader goes on, everything arrives.
    theirs.consuming = true;
    theirs.stream.consumed(256 * 1024);
    pair.pump();
    assertTrue(offered[0] >= 52_000_000);
    assertEquals(offered[0], theirs.data.size());
    assertTrue(mine.stream.isWritable());
  }

  @Test
  void consumingMoreThanWasDeliveredIsRefused() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    theirs.consuming = false;
    mine.stream.write(pattern(0, 10));
    mine.stream.flush();
    pair.pump();
    theirs.stream.consumed(10);
    assertThrows(IllegalArgumentException.class, () -> theirs.stream.consumed(1));
  }

  // ---- listeners -----------------------------------------------------------------------------

  @Test
  void dataWaitsForAListener() throws Exception {
    MuxedStream stream = pair.dialer().openStream();
    stream.flush();
    pair.pump();
    MuxedStream theirs = pair.accepted().get(0);
    theirs.write(pattern(0, 5000));
    theirs.closeWrite();
    pair.pump();
    RecordingListener late = new RecordingListener(stream);
    stream.setListener(late);
    assertArrayEquals(expected(5000), late.data.toByteArray());
    assertEquals("remoteClosed", late.events.getLast());
    assertTrue(late.events.contains("readComplete"));
  }

  @Test
  void theEndWaitsForAListener() throws Exception {
    MuxedStream stream = pair.dialer().openStream();
    stream.flush();
    pair.pump();
    pair.accepted().get(0).reset();
    pair.pump();
    RecordingListener late = new RecordingListener(stream);
    stream.setListener(late);
    assertReason(Reason.RESET_BY_PEER, late);
  }

  /** A negotiation that has read too much passes the rest on to who comes next. */
  @Test
  void bytesGivenBackComeFirstForTheNextListener() throws Exception {
    MuxedStream stream = pair.dialer().openStream();
    List<RecordingListener> next = new ArrayList<>();
    stream.setListener(new RecordingListener(stream) {
      @Override
      public void onData(ByteBuf bytes) {
        bytes.skipBytes(10);
        stream.consumed(10);
        stream.unread(bytes);
        RecordingListener second = new RecordingListener(stream);
        next.add(second);
        stream.setListener(second);
      }
    });
    stream.flush();
    pair.pump();
    MuxedStream theirs = pair.accepted().get(0);
    theirs.write(Unpooled.wrappedBuffer(new byte[10]));
    theirs.write(pattern(0, 90_000));
    theirs.closeWrite();
    pair.pump();
    assertEquals(1, next.size());
    assertArrayEquals(expected(90_000), next.get(0).data.toByteArray());
    assertTrue(next.get(0).remoteClosed);
  }

  @Test
  void readCompleteFollowsEachBatchOfData() {
    RecordingListener mine = openBoth(0);
    RecordingListener theirs = accepted(0);
    theirs.events.clear();
    mine.stream.write(pattern(0, 10));
    mine.stream.flush();
    mine.stream.write(pattern(10, 10));
    mine.stream.flush();
    pair.pump();
    assertEquals("readComplete", theirs.events.getLast());
    assertEquals(1, theirs.events.stream().filter("readComplete"::equals).count());
  }

  @Test
  void aListenerThatThrowsLosesItsStreamOnly() {
    RecordingListener mine = openBoth(0);
    RecordingListener bad = new RecordingListener(accepted(0).stream) {
      @Override
      public void onData(ByteBuf bytes) {
        bytes.release();
        throw new IllegalStateException("broken listener");
      }
    };
    bad.stream.setListener(bad);
    mine.stream.write(pattern(0, 10));
    mine.stream.flush();
    pair.pump();
    assertReason(Reason.LISTENER_FAILED, bad);
    assertReason(Reason.RESET_BY_PEER, mine);
    RecordingListener other = open();
    other.stream.write(pattern(0, 10));
    other.stream.flush();
    pair.pump();
    assertEquals(10, accepted(1).data.size());
  }

  // ---- end of the session --------------------------------------------------------------------

  @Test
  void closingTheMuxerEndsAllStreamsOnBothSides() {
    RecordingListener mine = openBoth(0);
    RecordingListener second = openBoth(1);
    pair.dialer().close(StreamMuxer.NORMAL_TERMINATION);
    pair.dialer().close(StreamMuxer.INTERNAL_ERROR);
    assertTrue(pair.dialer().isClosed());
    pair.pump();
    assertReason(Reason.CONNECTION_CLOSED_LOCALLY, mine);
    assertReason(Reason.CONNECTION_CLOSED_LOCALLY, second);
    assertReason(Reason.GO_AWAY, accepted(0));
    assertReason(Reason.GO_AWAY, accepted(1));
    assertEquals(List.of("dialer null", "listener null"), pair.ends());
    assertThrows(StreamLimitException.class, () -> pair.dialer().openStream());
    assertThrows(StreamLimitException.class, () -> pair.listener().openStream());
  }

  @Test
  void aGoAwayWithAnErrorIsTheCauseOfTheEnd() {
    RecordingListener mine = openBoth(0);
    pair.listener().close(StreamMuxer.INTERNAL_ERROR);
    pair.pump();
    assertReason(Reason.GO_AWAY, mine);
    assertNotNull(mine.cause);
    assertTrue(String.valueOf(mine.cause.getMessage()).contains("code 2"), mine.cause.getMessage());
  }

  @Test
  void aLostConnectionEndsAllStreams() {
    RecordingListener mine = openBoth(0);
    ByteBuf waiting = pattern(0, 500_000);
    mine.stream.write(waiting);
    pair.cut();
    assertReason(Reason.CONNECTION_LOST, mine);
    assertReason(Reason.CONNECTION_LOST, accepted(0));
    assertEquals(0, mine.stream.pendingBytes());
    pair.pump();
    assertEquals(0, waiting.refCnt());
    assertEquals(2, pair.ends().size());
    assertTrue(pair.dialer().isClosed() && pair.listener().isClosed());
  }

  @Test
  void manyStreamsEchoIndependently() {
    int streams = 50;
    int each = 210_000; // in sum 10 MiB
    List<RecordingListener> mine = new ArrayList<>();
    for (int i = 0; i < streams; i++) mine.add(openBoth(i));
    for (int i = 0; i < streams; i++) {
      RecordingListener theirs = accepted(i);
      int[] echoed = {0};
      Runnable echo = () -> {
        byte[] all = theirs.data.toByteArray();
        if (all.length > echoed[0]) {
          theirs.stream.write(Unpooled.copiedBuffer(all, echoed[0], all.length - echoed[0]));
          echoed[0] = all.length;
        }
        theirs.stream.flush();
      };
      theirs.onReadComplete = echo;
    }
    for (RecordingListener one : mine) {
      one.stream.write(pattern(0, each));
      one.stream.flush();
    }
    pair.pump();
    for (RecordingListener one : mine) assertArrayEquals(expected(each), one.data.toByteArray());
  }
}
