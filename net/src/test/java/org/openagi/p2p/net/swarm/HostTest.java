package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.net.swarm.TestHosts.Events;

class HostTest {
  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  private HostConfig config(String security, String address) {
    return TestHosts.config()
        .withSecurity(List.of(security))
        .withListenAddresses(List.of(Multiaddr.parse(address)));
  }

  @ParameterizedTest
  @CsvSource({
    "/noise, /ip4/127.0.0.1/tcp/0",
    "/tls/1.0.0, /ip4/127.0.0.1/tcp/0",
    "/noise, /ip6/::1/tcp/0",
    "/tls/1.0.0, /ip6/::1/tcp/0"
  })
  void twoHostsConnectIdentifyPingAndEcho(String security, String address) throws Exception {
    Host a = hosts.start(config(security, address));
    Host b = hosts.start(config(security, address));
    Events eventsA = Events.of(a);
    Events eventsB = Events.of(b);
    b.handle("/echo/1.0.0", TestStreams::echo);

    Connection c = get(a.connect(b.listenAddresses().getFirst()));

    assertEquals(b.peerId(), c.remotePeer());
    assertEquals(security, c.security());
    TestHosts.await(
        "identified", () -> eventsA.identified.size() == 1 && eventsB.identified.size() == 1);
    assertEquals(List.of("connected 1", "identified 1"), eventsA.log);
    assertEquals(List.of("connected 1", "identified 1"), eventsB.log);
    assertTrue(a.peers().protocols(b.peerId()).contains("/echo/1.0.0"));
    assertTrue(get(a.ping(b.peerId())).compareTo(Duration.ofSeconds(5)) < 0);
    P2PStream stream = get(a.newStream(b.peerId(), "/echo/1.0.0"));
    TestStreams.exchange(stream, 10 << 20);
  }
}
