package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.swarm.TestHosts.Events;
import org.openagi.p2p.protocols.liveness.LinkState;

class HostLivenessTest {
  private static final Timeouts QUICK = Timeouts.defaults().withHeartbeat(Duration.ofMillis(300));

  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  @Test
  void aPeerThatFallsSilentIsSuspectedAndThenCutOff() throws Exception {
    HostConfig config = TestHosts.config().withTimeouts(QUICK);
    Host a = hosts.start(config);
    Host b = hosts.start(); // its own heartbeat is too slow to matter here
    Events events = Events.of(a);
    try (Forwarder cable = new Forwarder(b.listenAddresses().getFirst())) {
      Connection c = get(a.connect(cable.address()));
      await("identified", () -> !events.identified.isEmpty());
      cable.setSilent(true);
      await("suspect", () -> c.health() == LinkState.SUSPECT);
      await("cut off", () -> events.closed.size() == 1);
      assertEquals(CloseReason.Kind.UNRESPONSIVE, events.closed.getFirst().kind());
      assertTrue(
          events.closed.getFirst().detail().contains("3 of 3 heartbeats unanswered"),
          events.closed.getFirst().detail());
      assertEquals(List.of(LinkState.SUSPECT, LinkState.DEAD), events.health);
    }
  }

  @Test
  void aPeerThatComesBackInTimeIsKept() throws Exception {
    HostConfig config =
        TestHosts.config().withTimeouts(Timeouts.defaults().withHeartbeat(Duration.ofMillis(600)));
    Host a = hosts.start(config);
    Host b = hosts.start();
    Events events = Events.of(a);
    try (Forwarder cable = new Forwarder(b.listenAddresses().getFirst())) {
      Connection c = get(a.connect(cable.address()));
      await("identified", () -> !events.identified.isEmpty());
      cable.setSilent(true);
      await("suspect", () -> c.health() == LinkState.SUSPECT);
      cable.setSilent(false);
      await("healthy", () -> c.health() == LinkState.HEALTHY);
      assertTrue(c.isOpen());
      // Any byte of the peer proves that it lives; the answer to the heartbeat may come after it.
      await("an answer", () -> c.stats().lastRtt().isPresent());
    }
  }

  @Test
  void anIdleLinkStaysHealthyByItsHeartbeats() {
    Host a = hosts.start(TestHosts.config().withTimeouts(QUICK));
    Host b = hosts.start();
    Connection c = get(a.connect(b.listenAddresses().getFirst()));
    await("some heartbeats", () -> c.stats().streamsOpened() >= 6);
    assertTrue(c.isOpen());
    assertEquals(LinkState.HEALTHY, c.health());
  }

  @Test
  void aBusyEventLoopOfOursAccusesNobody() throws Exception {
    Host a = hosts.start(TestHosts.config().withTimeouts(QUICK));
    Host b = hosts.start();
    Events events = Events.of(a);
    Connection c = get(a.connect(b.listenAddresses().getFirst()));
    await("identified", () -> !events.identified.isEmpty());
    CountDownLatch busy = new CountDownLatch(1);
    c.executor().execute(() -> {
      long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      while (System.nanoTime() < end) Thread.onSpinWait();
      busy.countDown();
    });
    busy.await();
    long heartbeats = c.stats().streamsOpened();
    await("it goes on", () -> c.stats().streamsOpened() > heartbeats + 1);
    assertTrue(c.isOpen());
    assertEquals(List.of(), events.closed);
  }

  @Test
  void unusedConnectionsAreReapedUnlessProtected() {
    HostConfig config = TestHosts.config()
        .withTimeouts(Timeouts.defaults()
            .withHeartbeat(Duration.ofMillis(400))
            .withIdle(Optional.of(Duration.ofMillis(500))));
    Host a = hosts.start(config);
    Host b = hosts.start();
    Host d = hosts.start();
    Events events = Events.of(a);
    Connection kept = get(a.connect(b.listenAddresses().getFirst()));
    kept.protect("test");
    Connection idle = get(a.connect(d.listenAddresses().getFirst()));
    await("reaped", () -> events.closed.size() == 1);
    assertEquals(CloseReason.Kind.IDLE, idle.closeReason().orElseThrow().kind());
    assertTrue(kept.isOpen());
  }
}
