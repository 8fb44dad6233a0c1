package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bond.BondFrame;
import org.openagi.p2p.messaging.bond.BondLimits;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.ConnectionStats;
import org.openagi.p2p.net.mux.StreamListener;

/** Messages to one peer over two real connections, on event loops of their own. */
@Timeout(120)
class SharedConnectionsTest {
  private static final int BYTES = 32 << 10;

  private final LinkNodes nodes = new LinkNodes();
  private LinkNodes.Node alice;
  private LinkNodes.Node bob;

  private final AtomicInteger handled = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final AtomicLong lastNanos = new AtomicLong();
  private final AtomicLong longestGapNanos = new AtomicLong();

  @BeforeEach
  void start() throws Exception {
    alice = nodes.start(2, config -> config.withDial(false));
    bob = nodes.start(2, config -> config);
    bob.messages.addHandler(MessageType.DATA, message -> {
      int number = ByteBuffer.wrap(message.payload().unsafeArray()).getInt();
      if (number != handled.getAndIncrement()) wrong.incrementAndGet();
      long now = System.nanoTime();
      longestGapNanos.accumulateAndGet(now - lastNanos.getAndSet(now), Math::max);
    });
    bob.messages.addHandler(MessageType.CONSENSUS, message -> {});
  }

  @AfterEach
  void stop() {
    nodes.close();
  }

  private Connection connect(Multiaddr address) throws Exception {
    return alice.host.connect(address).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Multiaddr addressOfBob() {
    return bob.host.listenAddresses().getFirst().withoutPeerId();
  }

  /** Messages of noise with their number. */
  private List<Delivery> send(int from, int count) throws Exception {
    List<Delivery> all = new ArrayList<>();
    byte[] noise = new byte[BYTES];
    new Random(1).nextBytes(noise);
    for (int i = from; i < from + count; i++) {
      ByteBuffer.wrap(noise).putInt(i);
      all.add(alice.messages.submitAwaiting(
          bob.id(),
          NetworkMessage.of(MessageType.DATA, bob.id().toString(), Bytes.copyOf(noise)),
          DeliveryOptions.DEFAULT));
    }
    return all;
  }

  private void awaitShared() {
    assertTrue(alice.host.connections(bob.id()).size() >= 2);
    LinkNodes.await("a bond", () -> {
      alice.messages.submit(
          bob.id(),
          NetworkMessage.of(MessageType.CONSENSUS, bob.id().toString(), Bytes.ofUtf8("x")));
      return alice.messages.stats().bonds().segmentsSent() > 0;
    });
  }

  private static void assertAcknowledged(List<Delivery> all) throws Exception {
    for (Delivery each : all) assertTrue(LinkNodes.end(each).isAcknowledged(), each.toString());
  }

  /** Over connections of 8 MB/s, so that they and not this machine are what is shared. */
  @Test
  void twoEqualConnectionsCarryEqualParts(TestReporter reporter) throws Exception {
    try (SlowRelay one = new SlowRelay(addressOfBob());
        SlowRelay other = new SlowRelay(addressOfBob())) {
      Connection first = connect(one.address());
      Connection second = connect(other.address());
      awaitShared();
      one.slowTo(8 << 20);
      other.slowTo(8 << 20);
      assertAcknowledged(send(0, 300));
      ConnectionStats firstBefore = first.stats();
      ConnectionStats secondBefore = second.stats();
      assertAcknowledged(send(300, 700));
      long overFirst = first.stats().bytesOut() - firstBefore.bytesOut();
      long overSecond = second.stats().bytesOut() - secondBefore.bytesOut();
      double share = (double) overFirst / (overFirst + overSecond);
      reporter.publishEntry("share of the first", Double.toString(share));
      assertTrue(share > 0.3 && share < 0.7, "the first carried " + share);
      assertEquals(1_000, handled.get());
      assertEquals(0, wrong.get());
    }
  }

  @Test
  void aSlowedConnectionCarriesLess(TestReporter reporter) throws Exception {
    try (SlowRelay relay = new SlowRelay(addressOfBob())) {
      Connection first = connect(addressOfBob());
      Connection second = connect(relay.address());
      awaitShared();
      assertAcknowledged(send(0, 500));
      relay.slowTo(4 << 20);
      ConnectionStats firstBefore = first.stats();
      ConnectionStats secondBefore = second.stats();
      long start = System.nanoTime();
      assertAcknowledged(send(500, 1_500));
      long millis = (System.nanoTime() - start) / 1_000_000;
      long overFirst = first.stats().bytesOut() - firstBefore.bytesOut();
      long overSecond = second.stats().bytesOut() - secondBefore.bytesOut();
      reporter.publishEntry("bytes over the slow one", Long.toString(overSecond));
      reporter.publishEntry("milliseconds", Long.toString(millis));
      assertTrue(overFirst > 4 * overSecond, overFirst + " and " + overSecond);
      assertTrue(millis < 8_000, millis + " ms; the slow one alone takes 12 s");
      assertEquals(0, wrong.get());
    }
  }

  /** Goal: nothing lost, nothing twice, in order, and no wait. Method: cut either one in the middle of a load. */
  @Test
  void whenOneIsCutTheOtherGoesOnAtOnce(TestReporter reporter) throws Exception {
    int sent = 0;
    for (int round = 0; round < 4; round++) {
      while (alice.host.connections(bob.id()).stream()
              .filter(Connection::isOpen)
              .count()
          < 2) {
        connect(addressOfBob());
      }
      if (round == 0) awaitShared();
      List<Delivery> all = send(sent, 1_000);
      sent += 1_000;
      int half = sent - 700;
      LinkNodes.await("some handled", () -> handled.get() >= half);
      longestGapNanos.set(0);
      alice
          .host
          .connections(bob.id())
          .get(round % 2)
          .abort(new CloseReason(CloseReason.Kind.CONNECTION_LOST, "cut by the test"));
      assertAcknowledged(all);
      reporter.publishEntry(
          "longest gap, ms", Double.toString(longestGapNanos.get() / 100_000 / 10.0));
      assertTrue(longestGapNanos.get() < 2_000_000_000L, longestGapNanos + " ns without a message");
    }
    assertEquals(4_000, handled.get());
    assertEquals(0, wrong.get());
    assertTrue(alice.messages.stats().bonds().segmentsSentAgain() > 0);
  }

  @Test
  void aConnectionThatFallsSilentIsGotAround(TestReporter reporter) throws Exception {
    try (SlowRelay relay = new SlowRelay(addressOfBob())) {
      connect(addressOfBob());
      connect(relay.address());
      awaitShared();
      List<Delivery> all = send(0, 1_000);
      LinkNodes.await("some handled", () -> handled.get() > 300);
      longestGapNanos.set(0);
      relay.stop();
      all.addAll(send(1_000, 1_000));
      assertAcknowledged(all);
      reporter.publishEntry(
          "longest gap, ms", Double.toString(longestGapNanos.get() / 100_000 / 10.0));
      assertEquals(2_000, handled.get());
      assertEquals(0, wrong.get());
    }
  }

  @Test
  void aPeerThatDoesNotKnowBondsGetsOneStreamAsBefore() throws Exception {
    bob.host.unhandle(BondLimits.PROTOCOL_ID);
    connect(addressOfBob());
    connect(addressOfBob());
    assertAcknowledged(send(0, 200));
    assertEquals(0, alice.messages.stats().bonds().segmentsSent());
    assertEquals(200, handled.get());
  }

  @Test
  void theLastConnectionLeftGoesBackToAStreamOfItsOwn() throws Exception {
    connect(addressOfBob());
    Connection second = connect(addressOfBob());
    awaitShared();
    assertAcknowledged(send(0, 200));
    second.abort(new CloseReason(CloseReason.Kind.CONNECTION_LOST, "cut by the test"));
    assertAcknowledged(send(200, 200));
    LinkNodes.await("streams of their own", () -> {
      try {
        long before = alice.messages.stats().bonds().segmentsSent();
        assertAcknowledged(send(handled.get(), 1));
        return alice.messages.stats().bonds().segmentsSent() == before;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
    assertEquals(0, wrong.get());
  }

  @Test
  void theSideThatDidNotDialSharesThemToo() throws Exception {
    connect(addressOfBob());
    connect(addressOfBob());
    List<Integer> got = Collections.synchronizedList(new ArrayList<>());
    alice.messages.addHandler(
        MessageType.DATA, message -> got.add(Integer.parseInt(message.text())));
    List<Delivery> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(bob.messages.submit(
          alice.id(), NetworkMessage.data(alice.id().toString(), Bytes.ofUtf8("" + i))));
    }
    assertAcknowledged(all);
    assertEquals(IntStream.range(0, 1_000).boxed().toList(), got);
    assertTrue(bob.messages.stats().bonds().segmentsSent() > 0);
  }

  @Test
  void aPeerMayNotOpenBondsWithoutEndNorJoinOthers() throws Exception {
    Connection connection = connect(addressOfBob());
    for (int i = 0; i <= BondLimits.MAX_BONDS; i++) {
      greet(connection, new BondFrame.Greeting(false, BondLimits.VERSION, i, 0));
    }
    LinkNodes.await("a refusal", () -> bob.messages.stats().bonds().refusedBonds() == 1);
    greet(connection, new BondFrame.Greeting(true, BondLimits.VERSION, 1_000, 1));
    LinkNodes.await("another", () -> bob.messages.stats().bonds().refusedPaths() == 1);
    assertTrue(connection.isOpen());
  }

  private void greet(Connection connection, BondFrame.Greeting greeting) throws Exception {
    alice
        .host
        .newRawStream(connection, BondLimits.PROTOCOL_ID)
        .thenAccept(raw -> {
          raw.stream().setListener(new Deaf());
          raw.stream().write(Unpooled.wrappedBuffer(greeting.toFrame()));
          raw.stream().flush();
        })
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static final class Deaf implements StreamListener {
    @Override
    public void onData(ByteBuf data) {
      data.release();
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {}

    @Override
    public void onClosed(@Nullable Throwable cause) {}
  }
}
