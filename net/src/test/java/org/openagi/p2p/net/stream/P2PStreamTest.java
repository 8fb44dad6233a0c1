package org.openagi.p2p.net.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.mux.LoopbackMuxers;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.MuxedStreamException;
import org.openagi.p2p.net.mux.StreamMuxer;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.wire.yamux.YamuxConfig;

/** Blocking streams over real sockets on the loopback interface, with a virtual thread for each task. */
@Timeout(60)
class P2PStreamTest {
  private static final String ECHO = "/echo/1.0.0";
  private static final PeerId PEER =
      HostKey.fromSeed(Bytes.copyOf(new byte[32])).peerId();
  private static final int WINDOW = YamuxConfig.INITIAL_WINDOW_BYTES;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<P2PStream> accepted = new LinkedBlockingQueue<>();
  private LoopbackMuxers muxers;

  @BeforeEach
  void connect() throws Exception {
    muxers = new LoopbackMuxers(
        YamuxConfig.defaults(), stream -> accepted.add(P2PStream.attach(stream, PEER, ECHO, 2)));
  }

  @AfterEach
  void disconnect() throws Exception {
    muxers.close();
    threads.shutdownNow();
    assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS), "a thread still waits");
  }

  private P2PStream open() throws Exception {
    return muxers.onDialer(() -> {
      MuxedStream stream = muxers.dialer.openStream();
      P2PStream opened = P2PStream.attach(stream, PEER, ECHO, 1);
      stream.flush();
      return opened;
    });
  }

  private P2PStream accept() throws Exception {
    return Objects.requireNonNull(accepted.poll(10, TimeUnit.SECONDS), "no stream came");
  }

  private <T> Future<T> start(Callable<T> task) {
    return threads.submit(task);
  }

  private static <T> T join(Future<T> task) throws Exception {
    return task.get(30, TimeUnit.SECONDS);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited in vain");
      Thread.onSpinWait();
    }
  }

  private static long echo(P2PStream stream) throws IOException {
    try (stream) {
      return stream.input().transferTo(stream.output());
    }
  }

  // ---- data ----------------------------------------------------------------------------------

  @Test
  void tenMebibytesComeBackIntact() throws Exception {
    byte[] sent = SeededRandom.bytes(SeededRandom.of(7), 10 << 20);
    P2PStream mine = open();
    Future<Long> echoed = start(() -> echo(accept()));
    Future<Void> writer = start(() -> {
      mine.output().write(sent);
      mine.closeWrite();
      return null;
    });
    assertArrayEquals(sent, join(start(() -> mine.input().readAllBytes())));
    join(writer);
    assertEquals(sent.length, join(echoed));
    await(() -> !mine.isOpen());
  }

  @Test
  void manyStreamsEchoAtTheSameTime() throws Exception {
    int streams = 64;
    List<Future<Boolean>> clients = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      byte[] sent = SeededRandom.bytes(SeededRandom.of(i), (10 << 20) / streams);
      P2PStream mine = open();
      start(() -> echo(accept()));
      start(() -> {
        mine.output().write(sent);
        mine.closeWrite();
        return null;
      });
      clients.add(start(() -> Arrays.equals(sent, mine.input().readAllBytes())));
    }
    for (Future<Boolean> client : clients) assertTrue(join(client));
    await(() -> count() == 0);
  }

  private int count() {
    try {
      return muxers.onDialer(muxers.dialer::openStreams)
          + muxers.onListener(muxers.listener::openStreams);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void writesOfOneByteAreCollected() throws Exception {
    P2PStream mine = open();
    int length = 100_000;
    start(() -> {
      for (int i = 0; i < length; i++) mine.output().write(i);
      mine.closeWrite();
      return null;
    });
    InputStream in = accept().input();
    for (int i = 0; i < length; i++) assertEquals(i & 0xff, in.read());
    assertEquals(-1, in.read());
    assertEquals(-1, in.read(new byte[5]));
  }

  @Test
  void requestsAndAnswersAlternate() throws Exception {
    P2PStream mine = open();
    start(() -> echo(accept()));
    byte[] message = new byte[64];
    for (int i = 0; i < 1000; i++) {
      message[0] = (byte) i;
      mine.output().write(message);
      assertArrayEquals(message, mine.input().readNBytes(64));
    }
    mine.close();
    await(() -> count() == 0);
  }

  @Test
  void aStreamKnowsWhomItLeadsTo() throws Exception {
    P2PStream mine = open();
    assertEquals(PEER, mine.remotePeer());
    assertEquals(ECHO, mine.protocol());
    assertEquals(1, mine.connectionId());
    assertEquals(1, mine.id());
    assertTrue(mine.isOpen());
    assertTrue(mine.toString().contains(ECHO) && mine.toString().contains("connection 1"));
  }

  // ---- back pressure -------------------------------------------------------------------------

  /** Goal: a writer of 52 MB to a reader that stopped is held, and memory stays within bounds. */
  @Test
  void aWriterWaitsForAReaderThatStopped() throws Exception {
    P2PStream mine = open();
    mine.setWriteTimeout(Duration.ofMillis(500));
    byte[] piece = new byte[100_000];
    long[] written = {0};
    StreamTimeoutException e = assertThrows(StreamTimeoutException.class, () -> {
      for (int i = 0; i < 520; i++) {
        mine.output().write(piece);
        written[0] += piece.length;
      }
    });
    long taken = written[0] + e.transferredBytes();
    P2PStream theirs = accept();
    await(() -> available(theirs) == WINDOW);
    assertTrue(taken >= WINDOW && taken <= 4L * WINDOW, taken + " bytes were taken");

    mine.setWriteTimeout(Duration.ZERO);
    start(() -> {
      mine.closeWrite();
      return null;
    });
    assertEquals(taken, theirs.input().readAllBytes().length);
  }

  private static int available(P2PStream stream) {
    try {
      return stream.input().available();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- ends ----------------------------------------------------------------------------------

  @Test
  void aHalfClosedStreamStillCarriesTheAnswer() throws Exception {
    P2PStream mine = open();
    mine.output().write(new byte[10]);
    mine.output().close();
    P2PStream theirs = accept();
    assertEquals(10, theirs.input().readAllBytes().length);
    theirs.output().write(new byte[20]);
    theirs.closeWrite();
    assertEquals(20, mine.input().readAllBytes().length);
    await(() -> !mine.isOpen() && !theirs.isOpen());
    IOException e = assertThrows(IOException.class, () -> mine.output().write(1));
    assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.getMessage());
  }

  @Test
  void aResetWakesTheReaderOfTheOtherSide() throws Exception {
    P2PStream mine = open();
    P2PStream theirs = accept();
    Future<Integer> reader = start(() -> theirs.input().read());
    mine.reset();
    ExecutionException e = assertThrows(ExecutionException.class, () -> join(reader));
    StreamResetException reset = assertInstanceOf(StreamResetException.class, e.getCause());
    assertEquals(
        MuxedStreamException.Reason.RESET_BY_PEER,
        assertInstanceOf(MuxedStreamException.class, reset.getCause()).reason());
    assertTrue(String.valueOf(reset.getMessage()).contains("reset by the peer"));
    assertThrows(StreamResetException.class, () -> theirs.output().write(1));
    assertThrows(StreamResetException.class, () -> theirs.output().flush());
    await(() -> !mine.isOpen());
    assertThrows(StreamResetException.class, () -> mine.input().read());
  }

  @Test
  void aResetWakesABlockedWriter() throws Exception {
    P2PStream mine = open();
    Future<Void> writer = start(() -> {
      mine.output().write(new byte[52_000_000]);
      return null;
    });
    P2PStream theirs = accept();
    await(() -> available(theirs) == WINDOW);
    theirs.reset();
    ExecutionException e = assertThrows(ExecutionException.class, () -> join(writer));
    assertInstanceOf(StreamResetException.class, e.getCause());
  }

  @Test
  void aLostConnectionWakesBothSides() throws Exception {
    P2PStream mine = open();
    P2PStream theirs = accept();
    Future<Integer> reader = start(() -> theirs.input().read());
    Future<Void> writer = start(() -> {
      mine.output().write(new byte[52_000_000]);
      return null;
    });
    await(() -> theirs.isOpen() && available(theirs) > 0 || reader.isDone());
    muxers.onDialer(() -> {
      muxers.dialer.close(StreamMuxer.NORMAL_TERMINATION);
      return null;
    });
    ExecutionException e = assertThrows(ExecutionException.class, () -> join(writer));
    assertInstanceOf(StreamResetException.class, e.getCause());
    await(() -> !theirs.isOpen());
    assertThrows(StreamResetException.class, () -> theirs.output().write(1));
  }

  @Test
  void whatAPeerSentCompletelyIsReadAfterItsConnectionIsGone() throws Exception {
    P2PStream mine = open();
    P2PStream theirs = accept();
    mine.output().write(new byte[50_000]);
    mine.closeWrite();
    await(() -> available(theirs) == 50_000);
    muxers.dialerChannel.close().sync();
    await(() -> !theirs.isOpen());
    assertEquals(50_000, theirs.input().readAllBytes().length);
    assertThrows(StreamResetException.class, () -> theirs.output().write(1));
  }

  @Test
  void aClosedInputRefusesToRead() throws Exception {
    P2PStream mine = open();
    P2PStream theirs = accept();
    Future<Integer> reader = start(() -> theirs.input().read());
    theirs.close();
    ExecutionException e = assertThrows(ExecutionException.class, () -> join(reader));
    assertInstanceOf(IOException.class, e.getCause());
    assertEquals(-1, mine.input().read());
    mine.output().write(new byte[100]); // nobody reads it, nobody is hurt
    mine.close();
    await(() -> count() == 0);
  }

  @Test
  void closeStillSendsWhatWasWritten() throws Exception {
    P2PStream mine = open();
    byte[] sent = SeededRandom.bytes(SeededRandom.of(3), 60_000);
    mine.output().write(sent);
    mine.close();
    mine.close();
    P2PStream theirs = accept();
    assertArrayEquals(sent, theirs.input().readAllBytes());
    theirs.close();
    await(() -> count() == 0);
  }

  // ---- time limits and threads ---------------------------------------------------------------

  @Test
  void aReadGivesUpAfterItsTimeAndCanBeRepeated() throws Exception {
    P2PStream mine = open();
    mine.setReadTimeout(Duration.ofMillis(20));
    StreamTimeoutException e =
        assertThrows(StreamTimeoutException.class, () -> mine.input().read());
    assertTrue(String.valueOf(e.getMessage()).contains("20 ms"), e.getMessage());
    accept().output().write(5);
    mine.setReadTimeout(Duration.ofSeconds(20));
    assertEquals(5, mine.input().read());
  }

  @Test
  void anInterruptEndsTheWaitAndStaysVisible() throws Exception {
    P2PStream mine = open();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread reader = Thread.ofVirtual().start(() -> {
      try {
        mine.input().read();
      } catch (InterruptedIOException e) {
        interrupted.complete(Thread.currentThread().isInterrupted());
      } catch (IOException e) {
        interrupted.completeExceptionally(e);
      }
    });
    await(() -> reader.getState() == Thread.State.WAITING);
    reader.interrupt();
    assertTrue(interrupted.get(10, TimeUnit.SECONDS));
  }

  @Test
  void blockingOnTheEventLoopIsRefused() throws Exception {
    P2PStream mine = open();
    OutputStream out = mine.output();
    InputStream in = mine.input();
    muxers.onDialer(() -> {
      assertThrows(IllegalStateException.class, in::read);
      assertThrows(IllegalStateException.class, () -> out.write(1));
      return null;
    });
    assertTrue(mine.isOpen());
  }

  @Test
  void negativeTimeLimitsAreRefused() throws Exception {
    P2PStream mine = open();
    assertThrows(IllegalArgumentException.class, () -> mine.setReadTimeout(Duration.ofMillis(-1)));
    mine.setWriteTimeout(Duration.ofSeconds(Long.MAX_VALUE));
    mine.output().write(1);
    assertFalse(mine.toString().isEmpty());
  }
}
