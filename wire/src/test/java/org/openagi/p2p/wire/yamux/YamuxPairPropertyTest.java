package org.openagi.p2p.wire.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.VirtualTime;

/**
 * Two sessions that both keep the rules and do random things, joined by byte pipes of random pace.
 *
 * <p>Goal: neither ever accuses the other; every byte arrives in order unless its stream was reset;
 * windows always add up; nothing is left when all streams have ended.
 */
class YamuxPairPropertyTest {
  enum Kind {
    OPEN,
    SEND,
    CONSUME,
    CONSUME_ALL,
    FINISH,
    RESET,
    DELIVER,
    DELIVER_ALL,
    ANNOUNCE,
    WAIT,
    PING
  }

  private static final byte[] PATTERN = new byte[2 << 20];
  private static final ByteBuf PATTERN_BUFFER = Unpooled.wrappedBuffer(PATTERN);

  static {
    for (int i = 0; i < PATTERN.length; i++) PATTERN[i] = (byte) i;
  }

  record Op(Kind kind, boolean dialer, int stream, int amount) {}

  /** One side with what it saw of each stream; payload bytes count up, so order can be checked. */
  private static final class Peer implements YamuxListener {
    final YamuxSession session;
    final VirtualTime time;
    final List<YamuxStream> streams = new ArrayList<>();
    final Map<Long, Integer> sent = new HashMap<>();
    final Map<Long, Integer> received = new HashMap<>();
    final Set<Long> finReceived = new HashSet<>();
    final Set<Long> broken = new HashSet<>();
    final ByteBuf pipe = Unpooled.buffer();

    Peer(boolean dialer, VirtualTime time) {
      this.time = time;
      YamuxConfig config =
          YamuxConfig.defaults().withReceiveLimits(1 << 20, 2 << 20, 1L << 30, 16 << 20);
      session = new YamuxSession(dialer, config, new YamuxCounters(), this, time.nanoTime());
    }

    void send(YamuxStream stream, int bytes) {
      if (stream.isClosed() || stream.isLocalFinished()) return;
      int granted = stream.reserve(bytes);
      if (granted == 0) return;
      YamuxHeader.write(
          pipe, YamuxHeader.TYPE_DATA, stream.takeFlags(), (int) stream.id(), granted);
      int from = sent.getOrDefault(stream.id(), 0);
      pipe.writeBytes(PATTERN, from & 0xff, granted);
      sent.put(stream.id(), from + granted);
    }

    @Override
    public void onControlFrame(int type, int flags, int streamId, int length) {
      YamuxHeader.write(pipe, type, flags, streamId, length);
    }

    @Override
    public void onStreamOpened(YamuxStream stream) {
      streams.add(stream);
    }

    @Override
    public void onData(YamuxStream stream, ByteBuf data) {
      int from = received.getOrDefault(stream.id(), 0);
      int bytes = data.readableBytes();
      assertTrue(
          ByteBufUtil.equals(PATTERN_BUFFER, from & 0xff, data, data.readerIndex(), bytes),
          "bytes of " + stream + " at " + from);
      data.release();
      received.put(stream.id(), from + bytes);
    }

    @Override
    public void onCredit(YamuxStream stream) {}

    @Override
    public void onRemoteFin(YamuxStream stream) {
      assertTrue(finReceived.add(stream.id()));
    }

    @Override
    public void onStreamClosed(YamuxStream stream, StreamEnd end) {
      if (end != StreamEnd.FINISHED) broken.add(stream.id());
    }

    @Override
    public void onGoAway(long code) {
      throw new AssertionError("go away " + code);
    }
  }

  private final VirtualTime time = new VirtualTime();
  private Peer dialer = new Peer(true, time);
  private Peer listener = new Peer(false, time);

  @Provide
  Arbitrary<Op> op() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(3, Kind.OPEN),
                Tuple.of(12, Kind.SEND),
                Tuple.of(6, Kind.CONSUME),
                Tuple.of(4, Kind.CONSUME_ALL),
                Tuple.of(2, Kind.FINISH),
                Tuple.of(1, Kind.RESET),
                Tuple.of(12, Kind.DELIVER),
                Tuple.of(3, Kind.DELIVER_ALL),
                Tuple.of(1, Kind.ANNOUNCE),
                Tuple.of(2, Kind.WAIT),
                Tuple.of(1, Kind.PING)),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 20),
            Arbitraries.integers().between(1, 300_000))
        .as(Op::new);
  }

  @Provide
  Arbitrary<List<Op>> ops() {
    return op().list().ofMaxSize(150);
  }

  @Property(tries = 200)
  void randomUseKeepsAllPromises(@ForAll("ops") List<Op> ops) throws Exception {
    dialer = new Peer(true, time);
    listener = new Peer(false, time);
    for (Op op : ops) {
      Peer peer = op.dialer() ? dialer : listener;
      apply(op, peer);
      checkWindows(dialer);
      checkWindows(listener);
    }
    finishEverything();
    checkConservation(dialer, listener);
    checkConservation(listener, dialer);
    for (Peer peer : List.of(dialer, listener)) {
      assertEquals(0, peer.session.openStreams());
      assertEquals(0, peer.session.unackedStreams());
      assertEquals(0, peer.session.unreadBytes());
      assertEquals(0, peer.session.growthBytes());
    }
  }

  private void apply(Op op, Peer peer) throws ProtocolViolationException {
    YamuxStream stream =
        peer.streams.isEmpty() ? null : peer.streams.get(op.stream() % peer.streams.size());
    switch (op.kind()) {
      case OPEN -> {
        if (peer.streams.size() < 50) peer.streams.add(peer.session.open(time.nanoTime()));
      }
      case DELIVER -> deliver(peer, op.amount());
      case DELIVER_ALL -> deliver(peer, Integer.MAX_VALUE);
      case WAIT -> time.advanceNanos(op.amount() * 1000L);
      case PING -> peer.session.ping(time.nanoTime());
      default -> {
        if (stream != null) applyTo(stream, op, peer);
      }
    }
  }

  private void applyTo(YamuxStream stream, Op op, Peer peer) {
    switch (op.kind()) {
      case SEND -> peer.send(stream, op.amount());
      case CONSUME -> stream.consumed(Math.min(op.amount(), stream.unreadBytes()), time.nanoTime());
      case CONSUME_ALL -> stream.consumed(stream.unreadBytes(), time.nanoTime());
      case FINISH -> stream.finish();
      case ANNOUNCE -> stream.announce();
      case RESET -> {
        if (!stream.isClosed()) peer.broken.add(stream.id());
        stream.reset();
      }
      default -> throw new AssertionError(op.kind());
    }
  }

  private void deliver(Peer to, int limit) throws ProtocolViolationException {
    ByteBuf pipe = (to == dialer ? listener : dialer).pipe;
    int bytes = Math.min(limit, pipe.readableBytes());
    if (bytes == 0) return;
    ByteBuf piece = pipe.readRetainedSlice(bytes);
    to.session.receive(piece, time.nanoTime());
    assertEquals(0, piece.readableBytes());
    piece.release();
    assertEquals(1, pipe.refCnt(), "every slice was released");
    if (!pipe.isReadable()) pipe.clear();
  }

  private void checkWindows(Peer peer) {
    for (YamuxStream stream : peer.streams) {
      assertTrue(stream.sendWindow() >= 0);
      assertTrue(stream.receiveWindow() >= 0);
      int sum = stream.receiveWindow() + stream.unreadBytes() + stream.uncreditedBytes();
      // What is missing was announced by a header and is still on its way.
      if (!stream.isClosed()) assertTrue(sum <= stream.windowBytes(), "window of " + stream);
      assertTrue(stream.windowBytes() <= 1 << 20);
    }
    assertTrue(peer.session.growthBytes() <= 2 << 20);
  }

  private void finishEverything() throws ProtocolViolationException {
    for (int round = 0; round < 3; round++) {
      for (Peer peer : List.of(dialer, listener)) {
        for (YamuxStream stream : List.copyOf(peer.streams)) {
          if (!stream.isClosed()) stream.consumed(stream.unreadBytes(), time.nanoTime());
          stream.finish();
        }
      }
      deliver(dialer, Integer.MAX_VALUE);
      deliver(listener, Integer.MAX_VALUE);
    }
  }

  private static void checkConservation(Peer from, Peer to) {
    for (var entry : from.sent.entrySet()) {
      long id = entry.getKey();
      int got = to.received.getOrDefault(id, 0);
      if (from.broken.contains(id) || to.broken.contains(id)) {
        assertTrue(got <= entry.getValue());
      } else {
        assertEquals(entry.getValue(), got, "bytes of stream " + id);
        assertTrue(to.finReceived.contains(id));
      }
    }
  }
}
