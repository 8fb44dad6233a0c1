package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.swarm.TestHosts.Events;

class HostManyConnectionsTest {
  private static final int PEERS = 200;

  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  @Test
  void twoHundredPeersConnectAndAreIdentified() {
    Host hub = hosts.start(c -> c.withLimits(Limits.of(PEERS)));
    Events events = Events.of(hub);
    HostConfig leaf =
        TestHosts.config().withListenAddresses(List.of()).withSecurity(List.of(HostConfig.NOISE));
    List<Host> leaves = new ArrayList<>();
    for (int i = 0; i < PEERS; i++) leaves.add(hosts.start(leaf));
    leaves.stream()
        .map(h -> h.connect(hub.listenAddresses().getFirst()))
        .toList()
        .forEach(TestHosts::get);
    await("all identified", () -> events.identified.size() == PEERS);
    assertEquals(PEERS, hub.connections().size());
    assertEquals(PEERS, hub.stats().inboundConnections());
    for (Host h : leaves) get(hub.ping(h.peerId()));
    leaves.subList(0, 50).forEach(h -> get(h.stop(java.time.Duration.ZERO)));
    await("noticed", () -> hub.connections().size() == PEERS - 50);
  }
}
