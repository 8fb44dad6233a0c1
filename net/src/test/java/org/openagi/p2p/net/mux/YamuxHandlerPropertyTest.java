package org.openagi.p2p.net.mux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.testkit.BufferLeaks;
import org.openagi.p2p.wire.yamux.YamuxConfig;

/**
 * Random use of two muxers over a network that stops and goes on.
 *
 * <p>Goal: what was written arrives in order and completely, unless its stream was reset; every
 * stream ends exactly once; every buffer is released; nothing waits for ever.
 */
class YamuxHandlerPropertyTest {
  enum Kind {
    OPEN,
    WRITE,
    FLUSH,
    CLOSE_WRITE,
    RESET,
    STOP_READING,
    GO_ON_READING,
    STOP_NETWORK,
    NETWORK_GOES_ON,
    MOVE
  }

  record Op(Kind kind, boolean dialer, int stream, int amount) {}

  /** A stream's two ends, and what was written to each; the index is that of the sender. */
  private static final class Link {
    final RecordingListener[] ends = new RecordingListener[2];
    final ByteArrayOutputStream[] written = {
      new ByteArrayOutputStream(), new ByteArrayOutputStream()
    };
    final boolean[] closed = new boolean[2];
    boolean reset;
  }

  @Provide
  Arbitrary<List<Op>> ops() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(3, Kind.OPEN),
                Tuple.of(14, Kind.WRITE),
                Tuple.of(8, Kind.FLUSH),
                Tuple.of(2, Kind.CLOSE_WRITE),
                Tuple.of(1, Kind.RESET),
                Tuple.of(2, Kind.STOP_READING),
                Tuple.of(2, Kind.GO_ON_READING),
                Tuple.of(2, Kind.STOP_NETWORK),
                Tuple.of(3, Kind.NETWORK_GOES_ON),
                Tuple.of(10, Kind.MOVE)),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 10),
            Arbitraries.integers().between(1, 150_000))
        .as(Op::new)
        .list()
        .ofMaxSize(100);
  }

  private MuxPair pair = new MuxPair();
  private final List<Link> links = new ArrayList<>();
  private BufferLeaks buffers = new BufferLeaks();
  private byte next;

  @Property(tries = 150)
  void whatIsWrittenArrivesAndNothingIsLeft(@ForAll("ops") List<Op> ops) {
    pair.close();
    pair = new MuxPair(
        YamuxConfig.defaults(),
        YamuxConfig.defaults().withReceiveLimits(1 << 20, 1 << 20, 1L << 30, 16 << 20),
        TimeSource.system());
    links.clear();
    buffers = new BufferLeaks();
    pair.dialer.channel.config().setAllocator(buffers.allocator());
    pair.listener.channel.config().setAllocator(buffers.allocator());
    pair.listener.onInbound = stream -> {
      RecordingListener end = new RecordingListener(stream);
      stream.setListener(end);
      links.get((int) stream.id() / 2).ends[1] = end;
    };
    for (Op op : ops) apply(op);
    settle();
    for (Link link : links) check(link);
    pair.close();
    buffers.assertAllReleased();
  }

  private void apply(Op op) {
    int side = op.dialer() ? 0 : 1;
    Link link = links.isEmpty() ? null : links.get(op.stream() % links.size());
    RecordingListener end = link == null ? null : link.ends[side];
    MuxPair.Side here = op.dialer() ? pair.dialer : pair.listener;
    switch (op.kind()) {
      case OPEN -> {
        if (links.size() < 10) open();
      }
      case MOVE -> MuxPair.move(here, op.dialer() ? pair.listener : pair.dialer);
      case STOP_NETWORK -> here.setWritable(false);
      case NETWORK_GOES_ON -> here.setWritable(true);
      default -> {
        if (link != null && end != null) applyTo(link, end, side, op);
      }
    }
  }

  private void open() {
    Link link = new Link();
    links.add(link);
    link.ends[0] = pair.dialer.open();
  }

  private void applyTo(Link link, RecordingListener end, int side, Op op) {
    switch (op.kind()) {
      case WRITE -> {
        if (!link.closed[side] && end.stream.isWritable()) write(link, end, side, op.amount());
      }
      case FLUSH -> end.stream.flush();
      case CLOSE_WRITE -> {
        link.closed[side] = true;
        end.stream.closeWrite();
      }
      case RESET -> {
        link.reset = true;
        end.stream.reset();
      }
      case STOP_READING -> end.consuming = false;
      case GO_ON_READING -> goOn(end);
      default -> throw new AssertionError(op.kind());
    }
  }

  private void write(Link link, RecordingListener end, int side, int amount) {
    byte[] bytes = new byte[amount];
    Arrays.fill(bytes, ++next);
    link.written[side].writeBytes(bytes);
    ByteBuf data = buffers.allocator().buffer(amount).writeBytes(bytes);
    end.stream.write(data);
  }

  private static void goOn(RecordingListener end) {
    if (!end.consuming) end.consumeAll();
    end.consuming = true;
  }

  /** The network works, everybody reads, and both sides end all streams. */
  private void settle() {
    pair.dialer.setWritable(true);
    pair.listener.setWritable(true);
    for (int side = 0; side < 2; side++) {
      for (Link link : links) {
        if (link.ends[side] != null) link.ends[side].stream.flush();
        pair.pump();
      }
    }
    for (Link link : links) {
      for (RecordingListener end : link.ends) {
        if (end != null) goOn(end);
      }
    }
    pair.pump();
    for (Link link : links) {
      for (RecordingListener end : link.ends) {
        if (end != null) end.stream.closeWrite();
      }
      pair.pump();
    }
  }

  private void check(Link link) {
    RecordingListener opener = link.ends[0];
    assertNotNull(opener);
    assertEquals(1, opener.closes);
    if (link.ends[1] == null) return; // reset before the peer heard of it
    assertEquals(1, link.ends[1].closes);
    for (int side = 0; side < 2; side++) {
      RecordingListener receiver = link.ends[1 - side];
      byte[] got = receiver.data.toByteArray();
      byte[] sent = link.written[side].toByteArray();
      if (link.reset) {
        assertTrue(got.length <= sent.length);
        assertArrayEquals(Arrays.copyOf(sent, got.length), got);
      } else {
        assertArrayEquals(sent, got);
        assertNull(receiver.cause);
      }
      assertEquals(0, link.ends[side].stream.pendingBytes());
    }
    assertEquals(0, pair.dialer.muxer.openStreams());
    assertEquals(0, pair.listener.muxer.openStreams());
  }
}
