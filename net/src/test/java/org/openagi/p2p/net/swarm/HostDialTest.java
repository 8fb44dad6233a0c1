package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.failure;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.swarm.TestHosts.Events;
import org.openagi.p2p.protocols.peers.AddressSource;

class HostDialTest {
  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  private static Multiaddr closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + socket.getLocalPort());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void fiftyThreadsThatConnectShareOneConnection() throws Exception {
    Host a = hosts.start();
    Host b = hosts.start();
    Queue<CompletionStage<Connection>> results = new ConcurrentLinkedQueue<>();
    CountDownLatch ready = new CountDownLatch(50);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < 50; i++) {
      Thread.ofVirtual().start(() -> {
        ready.countDown();
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        results.add(a.connect(b.peerId(), b.listenAddresses()));
      });
    }
    ready.await();
    go.countDown();
    await("all asked", () -> results.size() == 50);
    Connection one = get(results.peek());
    for (CompletionStage<Connection> r : results) assertSame(one, get(r));
    assertEquals(1, a.stats().dialsStarted());
    await("one at the other side", () -> b.connections().size() == 1);
  }

  @Test
  void errorsSayWhatWasMeant() {
    Host a = hosts.start();
    Host b = hosts.start();
    Multiaddr quic = Multiaddr.parse("/ip4/127.0.0.1/udp/4001/quic-v1");
    DialException none = failure(DialException.class, a.connect(quic));
    assertEquals(DialException.Kind.NO_TRANSPORT, none.kind());
    assertTrue(
        none.getMessage().endsWith("no transport for /ip4/127.0.0.1/udp/4001/quic-v1 (have: tcp)"),
        none.getMessage());

    Multiaddr closed = closedPort();
    DialException refused = failure(DialException.class, a.connect(closed));
    assertEquals(
        "cannot connect to " + closed + ": connection refused: nobody listens there",
        refused.getMessage());
    assertEquals(DialException.Kind.UNREACHABLE, refused.kind());

    Multiaddr wrong =
        b.listenAddresses().getFirst().withoutPeerId().withPeerId(hosts.start().peerId());
    DialException other = failure(DialException.class, a.connect(wrong));
    assertEquals(DialException.Kind.WRONG_PEER, other.kind());
    assertTrue(other.getMessage().contains(b.peerId().toString()), other.getMessage());

    DialException self =
        failure(DialException.class, a.connect(a.listenAddresses().getFirst().withoutPeerId()));
    assertEquals(DialException.Kind.SELF, self.kind());
    assertEquals(
        DialException.Kind.SELF,
        failure(DialException.class, a.connect(a.peerId(), List.of())).kind());

    DialException unknown = failure(DialException.class, a.connect(b.peerId(), List.of()));
    assertEquals(DialException.Kind.NO_ADDRESS, unknown.kind());
    assertEquals("no address of peer " + b.peerId() + " is known", unknown.getMessage());
  }

  @Test
  void aPeerThatCannotBeReachedIsLeftAloneForAWhile() {
    Host a = hosts.start();
    Host b = hosts.start();
    a.peers()
        .addAddresses(b.peerId(), List.of(closedPort()), AddressSource.MANUAL, Duration.ofHours(1));
    assertEquals(
        DialException.Kind.UNREACHABLE,
        failure(DialException.class, a.connect(b.peerId(), List.of())).kind());
    DialException again = failure(DialException.class, a.connect(b.peerId(), List.of()));
    assertEquals(DialException.Kind.BACKOFF, again.kind());
    assertTrue(again.getMessage().contains("the next try is due in"), again.getMessage());
    get(a.connect(b.peerId(), b.listenAddresses())); // named addresses are tried all the same
  }

  @Test
  void oneGoodAddressAmongBadOnesIsEnough() {
    Host a = hosts.start();
    Host b = hosts.start();
    List<Multiaddr> addresses = List.of(
        closedPort(),
        Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1"),
        b.listenAddresses().getFirst());
    assertEquals(b.peerId(), get(a.connect(b.peerId(), addresses)).remotePeer());
  }

  @Test
  void namesAreResolved() {
    Host a = hosts.start();
    Host b = hosts.start();
    int port = b.listenAddresses().getFirst().toTcpSocketAddress().orElseThrow().getPort();
    Connection c = get(a.connect(Multiaddr.parse("/dns4/localhost/tcp/" + port)));
    assertEquals(b.peerId(), c.remotePeer());
    DialException unknown = failure(
        DialException.class, a.connect(Multiaddr.parse("/dns4/no-such-host.invalid/tcp/1")));
    assertTrue(unknown.getMessage().contains("no-such-host.invalid"), unknown.getMessage());
  }

  @Test
  void anUnknownProtocolIsNamedTogetherWithTheKnownOnes() {
    Host a = hosts.start();
    Host b = hosts.start();
    b.handle("/x/1.0.0", TestStreams::echo);
    get(a.connect(b.listenAddresses().getFirst()));
    await("identified", () -> !a.peers().protocols(b.peerId()).isEmpty());
    StreamException e =
        failure(StreamException.class, a.newStream(b.peerId(), "/y/1.0.0", "/z/1.0.0"));
    assertEquals(StreamException.Kind.UNSUPPORTED_PROTOCOL, e.kind());
    assertEquals(
        "peer " + b.peerId() + " does not speak /y/1.0.0 or /z/1.0.0 (it speaks: "
            + "/ipfs/id/1.0.0, /ipfs/id/push/1.0.0, /ipfs/ping/1.0.0, /x/1.0.0)",
        e.getMessage());
  }

  @Test
  void aPortInUseIsExplained() {
    Host a = hosts.start();
    Multiaddr taken = a.listenAddresses().getFirst().withoutPeerId();
    int port = taken.toTcpSocketAddress().orElseThrow().getPort();
    Host b = hosts.create(TestHosts.config().withListenAddresses(List.of(taken)));
    IOException e = failure(IOException.class, b.start());
    assertEquals(
        "port " + port + " on 127.0.0.1 is in use: choose another with --listen "
            + "/ip4/127.0.0.1/tcp/0 or stop the other process",
        e.getMessage());
    Host c = hosts.create(
        TestHosts.config().withListenAddresses(List.of(Multiaddr.parse("/ip4/192.0.2.1/tcp/0"))));
    assertTrue(failure(IOException.class, c.start())
        .getMessage()
        .startsWith("192.0.2.1 is not an address of this machine"));
    Host d = hosts.create(TestHosts.config()
        .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1"))));
    assertTrue(failure(IOException.class, d.start()).getMessage().contains("(have: tcp)"));
  }

  @Test
  void aHostCanComeBackOnTheSamePort() {
    Host a = hosts.start();
    Host b = hosts.start();
    Multiaddr address = b.listenAddresses().getFirst().withoutPeerId();
    get(a.connect(address));
    get(b.stop(Duration.ofMillis(100)));
    await("noticed", () -> a.connections().isEmpty());
    Host again = hosts.start(c -> c.withListenAddresses(List.of(address)));
    assertEquals(again.peerId(), get(a.connect(address)).remotePeer());
  }

  @Test
  void aKeptPeerIsDialedAgainAfterEveryLoss() {
    Host a = hosts.start();
    Host b = hosts.start();
    Events events = Events.of(a);
    a.peers()
        .addAddresses(b.peerId(), b.listenAddresses(), AddressSource.MANUAL, Duration.ofHours(1));
    assertTrue(a.keepConnected(b.peerId()));
    await("connected", () -> a.connections(b.peerId()).size() == 1);
    await("known there", () -> b.connections().size() == 1);
    b.connections().getFirst().abort(org.openagi.p2p.net.CloseReason.localRequest());
    await("connected again", () -> events.log.contains("connected 2"));
    a.releaseConnected(b.peerId());
  }

  @Test
  void bothIpVersionsCanShareAPort() {
    Host probe = hosts.start();
    int port =
        probe.listenAddresses().getFirst().toTcpSocketAddress().orElseThrow().getPort();
    get(probe.stop(Duration.ZERO));
    Host both = hosts.start(c -> c.withListenAddresses(List.of(
        Multiaddr.parse("/ip6/::/tcp/" + port), Multiaddr.parse("/ip4/0.0.0.0/tcp/" + port))));
    assertTrue(both.listenAddresses().stream().anyMatch(a -> a.toString().startsWith("/ip6/::1/")));
    assertTrue(
        both.listenAddresses().stream().anyMatch(a -> a.toString().startsWith("/ip4/127.0.0.1/")));
    Host dialer = hosts.start();
    get(dialer.connect(Multiaddr.parse("/ip6/::1/tcp/" + port)));
  }
}
