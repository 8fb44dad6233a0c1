package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.net.swarm.TestHosts.Events;

class HostDuplicateTest {
  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  @RepeatedTest(10)
  void bothSidesConnectAtOnceAndKeepOneConnection() throws Exception {
    Timeouts timeouts = Timeouts.defaults()
        .withHeartbeat(Duration.ofMillis(400))
        .withGraces(Duration.ofMillis(100), Duration.ofSeconds(20));
    HostConfig config =
        TestHosts.config().withTimeouts(timeouts).withSecurity(List.of(HostConfig.NOISE));
    Host a = hosts.start(config);
    Host b = hosts.start(config);
    b.handle("/echo/1.0.0", TestStreams::echo);
    Events eventsA = Events.of(a);
    Events eventsB = Events.of(b);

    CompletionStage<Connection> ab = a.connect(b.peerId(), b.listenAddresses());
    CompletionStage<Connection> ba = b.connect(a.peerId(), a.listenAddresses());
    get(ab);
    get(ba);

    await(
        "exactly one on both sides",
        () -> a.connections().size() == 1 && b.connections().size() == 1);
    Direction expected =
        a.peerId().compareTo(b.peerId()) < 0 ? Direction.OUTBOUND : Direction.INBOUND;
    if (!eventsA.closed.isEmpty() && !eventsB.closed.isEmpty()) {
      assertEquals(expected, a.connections().getFirst().direction());
      Set<CloseReason.Kind> reasons =
          Set.of(CloseReason.Kind.DUPLICATE, CloseReason.Kind.REMOTE_CLOSED);
      assertTrue(reasons.contains(eventsA.closed.getFirst().kind()));
      assertTrue(reasons.contains(eventsB.closed.getFirst().kind()));
    }
    P2PStream stream = get(a.newStream(b.peerId(), "/echo/1.0.0"));
    TestStreams.exchange(stream, 10_000);
  }
}
