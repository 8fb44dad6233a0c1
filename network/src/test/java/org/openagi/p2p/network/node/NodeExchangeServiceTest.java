package org.openagi.p2p.network.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.testkit.TestPeers.key;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.testkit.Await;

/** Peers that don't keep to the exchange, against the service on a real host. */
@Timeout(120)
class NodeExchangeServiceTest {
  /** Everything is cold in the first test, and classes are instrumented for fuzzing. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Host honest = host(1);
  private final Host hostile = host(2);
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private NodeExchangeService service;

  /** Accepts every name, and writes down what it hears. */
  private final class Listener implements NodeExchangeService.Listener {
    @Override
    public Judgement judge(Connection connection, NodeRecord record) {
      return Judgement.ACCEPTED;
    }

    @Override
    public void onAccepted(Connection connection, NodeRecord record) {
      heard.add("accepted " + record.alias());
    }

    @Override
    public void onRefused(Connection connection, Optional<NodeRecord> record, Judgement judgement) {
      heard.add("refused " + judgement.verdict());
    }

    @Override
    public void onRefusedByPeer(Connection connection, Judgement judgement) {
      heard.add("refused by peer " + judgement.verdict());
    }
  }

  @BeforeEach
  void start() throws Exception {
    service = new NodeExchangeService(
        honest, timer, record(1, "honest"), new Listener(), Duration.ofSeconds(1));
    service.start();
    honest.start().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    hostile.start().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    hostile
        .connect(honest.listenAddresses().getFirst())
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    hostile.close();
    honest.close();
    timer.shutdownNow();
  }

  @Test
  void anHonestExchangeIsAccepted() throws Exception {
    NodeExchange.Outcome outcome = exchange(record(2, "other"), Judgement.ACCEPTED);
    assertEquals(Verdict.ACCEPTED, outcome.theirs().verdict());
    assertEquals("accepted other", heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertEquals(1, honest.connections().size());
  }

  @Test
  void theRecordOfSomebodyElseIsRefused() throws Exception {
    NodeExchange.Outcome outcome = exchange(record(3, "stolen"), Judgement.ACCEPTED);
    assertEquals(Verdict.RECORD_INVALID, outcome.theirs().verdict());
    assertEquals("refused RECORD_INVALID", heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    awaitClosed();
  }

  @Test
  void aForgedRecordIsRefused() throws Exception {
    byte[] forged = record(2, "other").toArray();
    forged[forged.length - 1] ^= 1; // in the signature
    assertEquals(
        Verdict.RECORD_INVALID,
        exchange(Bytes.wrap(forged), Judgement.ACCEPTED).theirs().verdict());
    awaitClosed();
  }

  @Test
  void aPeerThatRefusesUsIsHeard() throws Exception {
    exchange(record(2, "other"), new Judgement(Verdict.NAME_TAKEN, "mine"));
    assertEquals("refused by peer NAME_TAKEN", heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    awaitClosed();
  }

  @Test
  void garbageEndsTheConnectionAndNothingElse() throws Exception {
    try (P2PStream stream = open()) {
      stream.output().write(new byte[] {(byte) 0xff, (byte) 0xff, 1});
      awaitClosed();
    }
    assertEquals(1, service.failed());
    reconnect();
    assertEquals(1, honest.connections().size());
  }

  @Test
  void aSecondExchangeOnAConnectionIsReset() throws Exception {
    exchange(record(2, "other"), Judgement.ACCEPTED);
    assertThrows(IOException.class, () -> exchange(record(2, "other"), Judgement.ACCEPTED));
    assertEquals(1, honest.connections().size());
  }

  @Test
  void aSilentPeerLosesItsStreamAndStaysConnected() throws Exception {
    try (P2PStream stream = open()) {
      stream.setReadTimeout(PATIENCE);
      assertThrows(IOException.class, () -> stream.input().read());
    }
    Await.until(PATIENCE, "counted", () -> service.failed() == 1);
    assertEquals(1, honest.connections().size());
    assertTrue(heard.isEmpty());
  }

  @Test
  void aPeerThatDoesNotSpeakItStaysConnectedWithoutAName() throws Exception {
    honest
        .connect(hostile.listenAddresses().getFirst())
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertEquals(0, service.failed());
    assertTrue(heard.isEmpty());
    assertTrue(honest.ping(hostile.peerId()).toCompletableFuture().get().isPositive());
  }

  private NodeExchange.Outcome exchange(Bytes record, Judgement ours) throws Exception {
    try (P2PStream stream = open()) {
      stream.setReadTimeout(PATIENCE);
      return new NodeExchange(stream.input(), stream.output()).asDialer(record, theirs -> ours);
    }
  }

  private P2PStream open() throws Exception {
    return hostile
        .newStream(honest.peerId(), NodeExchangeService.PROTOCOL)
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void awaitClosed() {
    Await.until(PATIENCE, "closed", () -> honest.connections().isEmpty());
  }

  private void reconnect() throws Exception {
    hostile.connections().forEach(each -> each.close(CloseReason.localRequest()));
    Await.until(PATIENCE, "gone", () -> hostile.connections().isEmpty());
    hostile
        .connect(honest.peerId(), honest.listenAddresses())
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    Await.until(PATIENCE, "back", () -> !honest.connections().isEmpty());
  }

  private static Host host(int number) {
    return Host.create(
        HostConfig.defaults().withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))),
        key(number));
  }

  private static Bytes record(int number, String alias) {
    return new NodeRecord(key(number).peerId(), 1, alias, NodeType.FULL, 1)
        .seal(key(number))
        .encode();
  }
}
