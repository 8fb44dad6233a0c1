package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.net.swarm.TestHosts.Events;
import org.openagi.p2p.testkit.Await;

class HostStreamsTest {
  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  /** Collects text until the peer closes. */
  private static final class Collector implements StreamListener {
    private final MuxedStream stream;
    private final StringBuilder text = new StringBuilder();
    final CompletableFuture<String> all = new CompletableFuture<>();

    Collector(MuxedStream stream) {
      this.stream = stream;
    }

    @Override
    public void onData(ByteBuf data) {
      int length = data.readableBytes();
      text.append(data.toString(StandardCharsets.UTF_8));
      data.release();
      stream.consumed(length);
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {
      all.complete(text.toString());
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
      all.completeExceptionally(new IOException(cause));
    }
  }

  private static void say(MuxedStream stream, String text) {
    stream.write(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    stream.closeWrite();
    stream.flush();
  }

  private static CompletableFuture<String> ask(RawStream raw, String text) {
    Collector answer = new Collector(raw.stream());
    raw.stream().setListener(answer);
    say(raw.stream(), text);
    return answer.all;
  }

  @Test
  void rawStreamsCarryWhatFollowsTheNegotiationInTheSamePacket() throws Exception {
    Host a = hosts.start();
    Host b = hosts.start();
    b.handleRaw("/greet/1.0.0", (connection, stream) -> {
      Collector question = new Collector(stream);
      stream.setListener(question);
      question.all.thenAccept(name -> say(stream, "hello " + name));
    });
    Connection c = get(a.connect(b.listenAddresses().getFirst()));
    // Not known to speak it yet, or just identified: both ways must work.
    for (int i = 0; i < 20; i++) {
      assertEquals(
          "hello you", get(a.newRawStream(c, "/greet/1.0.0").thenCompose(raw -> ask(raw, "you"))));
    }
    await("identified", () -> a.peers().protocols(b.peerId()).contains("/greet/1.0.0"));
    RawStream late = get(a.newRawStream(c, "/greet/1.0.0"));
    CompletableFuture<String> answer = new CompletableFuture<>();
    c.executor().execute(() -> ask(late, "late").thenAccept(answer::complete));
    assertEquals("hello late", get(answer));
  }

  @Test
  void theFirstProtocolThePeerSpeaksIsTaken() {
    Host a = hosts.start();
    Host b = hosts.start();
    b.handle("/x/1.0.0", TestStreams::echo);
    get(a.connect(b.listenAddresses().getFirst()));
    P2PStream stream = get(a.newStream(b.peerId(), "/x/2.0.0", "/x/1.0.0"));
    assertEquals("/x/1.0.0", stream.protocol());
    stream.close();
  }

  @Test
  void aPeerThatSpeaksFirstIsHeardWithoutAWordFromUs() throws Exception {
    Host a = hosts.start();
    Host b = hosts.start();
    b.handle("/clock/1.0.0", stream -> {
      try (stream) {
        stream.output().write(7);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    get(a.connect(b.listenAddresses().getFirst()));
    await("identified", () -> a.peers().protocols(b.peerId()).contains("/clock/1.0.0"));
    P2PStream stream = get(a.newStream(b.peerId(), "/clock/1.0.0"));
    stream.setReadTimeout(Duration.ofSeconds(20));
    assertEquals(7, stream.input().read());
    assertEquals(-1, stream.input().read());
    stream.close();
  }

  @Test
  void changesOfProtocolsAreTold() {
    Host a = hosts.start();
    Host b = hosts.start();
    b.handle("/x/1.0.0", TestStreams::echo);
    get(a.connect(b.listenAddresses().getFirst()));
    await("identified", () -> a.peers().protocols(b.peerId()).contains("/x/1.0.0"));
    b.unhandle("/x/1.0.0");
    await("told by a push", () -> !a.peers().protocols(b.peerId()).contains("/x/1.0.0"));
    b.handle("/y/1.0.0", TestStreams::echo);
    await("told by a push", () -> a.peers().protocols(b.peerId()).contains("/y/1.0.0"));
  }

  @Test
  void aStreamOpenedInGoodFaithFailsIfTheProtocolIsGone() throws Exception {
    Host a = hosts.start();
    Host b = hosts.start();
    get(a.connect(b.listenAddresses().getFirst()));
    await("identified", () -> !a.peers().protocols(b.peerId()).isEmpty());
    a.peers().onIdentified(b.peerId(), List.of("/gone/1.0.0"), java.util.Optional.empty());
    P2PStream stream = get(a.newStream(b.peerId(), "/gone/1.0.0"));
    // The refusal may come before the write or after it.
    IOException e = assertThrows(IOException.class, () -> {
      stream.output().write(new byte[100]);
      stream.input().read();
    });
    assertTrue(
        String.valueOf(e.getMessage()).contains("does not speak /gone/1.0.0"), e.getMessage());
  }

  @Test
  void aReaderThatDoesNotReadStopsTheWriter() throws Exception {
    Host a = hosts.start();
    Host b = hosts.start();
    CountDownLatch mayRead = new CountDownLatch(1);
    AtomicLong received = new AtomicLong();
    b.handle("/slow/1.0.0", stream -> {
      try {
        mayRead.await();
        byte[] buffer = new byte[8192];
        for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
          received.addAndGet(n);
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    get(a.connect(b.listenAddresses().getFirst()));
    P2PStream stream = get(a.newStream(b.peerId(), "/slow/1.0.0"));
    AtomicLong written = new AtomicLong();
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> {
      try {
        byte[] chunk = new byte[64 * 1024];
        for (int i = 0; i < 512; i++) {
          stream.output().write(chunk);
          written.addAndGet(chunk.length);
        }
        stream.closeWrite();
        done.complete(null);
      } catch (IOException e) {
        done.completeExceptionally(e);
      }
    });
    Await.quiet(Duration.ofMillis(500), written::get);
    assertTrue(written.get() < 4 << 20, "accepted " + written.get() + " bytes nobody reads");
    assertEquals(0, received.get());
    mayRead.countDown();
    get(done);
    await("all read", () -> received.get() == 32 << 20);
  }

  @Test
  void handlersAreBounded() {
    Host a = hosts.start();
    Limits limits = Limits.defaults().withStreams(64, 64, 64, 2);
    Host b = hosts.start(c -> c.withLimits(limits));
    CountDownLatch release = new CountDownLatch(1);
    b.handle("/block/1.0.0", stream -> {
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    List<P2PStream> streams = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      get(a.connect(b.peerId(), b.listenAddresses()));
      streams.add(get(a.newStream(b.peerId(), "/block/1.0.0")));
    }
    for (P2PStream s : streams) {
      Thread.ofVirtual().start(() -> {
        try {
          s.output().write(1); // a stream opened ahead leaves with its first bytes
        } catch (IOException e) {
          // The one too much.
        }
      });
    }
    await("refused", () -> b.stats().refusals().containsKey(RefusalCause.MAX_HANDLERS));
    assertEquals(2, b.stats().runningHandlers());
    release.countDown();
    await("ended", () -> b.stats().runningHandlers() == 0);
  }

  @Test
  void streamsWhoseProtocolIsNeverNamedAreResetInTime() {
    Timeouts d = Timeouts.defaults().withHeartbeat(Duration.ofMillis(400));
    Timeouts quick = new Timeouts(
        d.dial(),
        d.handshake(),
        d.connect(),
        Duration.ofMillis(300),
        d.heartbeat(),
        d.heartbeatAnswer(),
        d.missedHeartbeats(),
        d.idle(),
        d.duplicateGrace(),
        d.trimGrace());
    Host a = hosts.start();
    Host b = hosts.start(
        c -> c.withTimeouts(quick).withLimits(Limits.defaults().withStreams(64, 64, 4, 64)));
    SwarmConnection c = (SwarmConnection) get(a.connect(b.listenAddresses().getFirst()));
    List<CompletableFuture<String>> ends = new ArrayList<>();
    for (int i = 0; i < 8; i++) ends.add(new CompletableFuture<>());
    c.executor().execute(() -> {
      for (CompletableFuture<String> end : ends) {
        try {
          MuxedStream stream = c.muxer().openStream();
          Collector collector = new Collector(stream);
          stream.setListener(collector);
          stream.write(Unpooled.wrappedBuffer(new byte[] {19}));
          stream.flush();
          collector.all.whenComplete((text, error) -> end.complete(String.valueOf(error)));
        } catch (IOException e) {
          end.completeExceptionally(e);
        }
      }
    });
    for (CompletableFuture<String> end : ends) {
      assertTrue(get(end).contains("reset") || get(end).contains("refused"), get(end));
    }
    assertTrue(b.stats().refusals().get(RefusalCause.MAX_STREAMS) >= 1);
    assertTrue(c.isOpen());
  }

  @Test
  void eventsComeInOrderAndOnce() {
    Host a = hosts.start();
    Host b = hosts.start();
    Events events = Events.of(a);
    for (int i = 1; i <= 5; i++) {
      Connection c = get(a.connect(b.peerId(), b.listenAddresses()));
      int n = i;
      await("identified", () -> events.identified.size() == n);
      if (i % 2 == 0) c.abort(CloseReason.localRequest());
      else get(c.close(CloseReason.localRequest()));
      await("closed", () -> events.closed.size() == n);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      expected.addAll(List.of("connected " + i, "identified " + i, "disconnected " + i));
    }
    assertEquals(expected, events.log);
    await("other side", () -> b.connections().isEmpty());
    assertTrue(a.stats().bytesIn() > 0 && a.stats().bytesOut() > 0);
  }

  @Test
  void stoppingSaysGoodByeAndEndsEverything() {
    Host a = hosts.start();
    Host b = hosts.start();
    Events events = Events.of(a);
    get(a.connect(b.listenAddresses().getFirst()));
    get(b.stop(Duration.ofMillis(200)));
    await("heard", () -> events.closed.size() == 1);
    assertEquals(CloseReason.Kind.REMOTE_CLOSED, events.closed.getFirst().kind());
    assertThrows(
        TestHosts.FailedStage.class, () -> get(b.connect(a.listenAddresses().getFirst())));
    get(b.stop(Duration.ZERO));
    b.close();
  }

  @Test
  void protocolsAreRegisteredOnce() {
    Host a = hosts.start();
    a.handle("/x/1.0.0", TestStreams::echo);
    assertThrows(IllegalStateException.class, () -> a.handle("/x/1.0.0", TestStreams::echo));
    assertThrows(IllegalArgumentException.class, () -> a.handle("x", TestStreams::echo));
  }

  @Test
  void moreConnectionsThanTheHighWatermarkAreTrimmedToTheLow() {
    Limits limits = Limits.of(50).withWatermarks(3, 5);
    Timeouts timeouts = Timeouts.defaults().withGraces(Duration.ofMillis(50), Duration.ZERO);
    Host hub = hosts.start(c -> c.withLimits(limits).withTimeouts(timeouts));
    Events events = Events.of(hub);
    Multiaddr address = hub.listenAddresses().getFirst();
    List<Host> spokes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Host spoke = hosts.start();
      spokes.add(spoke);
      if (i < 2) hub.protect(spoke.peerId(), "test");
      get(spoke.connect(address));
    }
    await("trimmed", () -> hub.connections().size() == 3);
    assertEquals(3, events.closed.size());
    for (CloseReason r : events.closed) assertEquals(CloseReason.Kind.TRIMMED, r.kind());
    for (int i = 0; i < 2; i++)
      assertEquals(1, hub.connections(spokes.get(i).peerId()).size());
    hub.unprotect(spokes.getFirst().peerId(), "test");
  }
}
