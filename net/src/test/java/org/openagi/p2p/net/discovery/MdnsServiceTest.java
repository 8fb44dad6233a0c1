package org.openagi.p2p.net.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.protocols.mdns.MdnsConfig;

/**
 * Real multicast on the loopback interface. Other processes may share port 5353, so each test has a
 * service name of its own.
 */
@Timeout(60)
class MdnsServiceTest {

  private static final long WAIT_SECONDS = 20;

  private final String service =
      "_t" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36) + "._udp.local";
  private final List<MdnsService> started = new ArrayList<>();

  /** What one listener heard. */
  private static final class Heard implements DiscoveryListener {
    final BlockingQueue<List<Multiaddr>> found = new LinkedBlockingQueue<>();
    final BlockingQueue<PeerId> gone = new LinkedBlockingQueue<>();

    @Override
    public void onPeer(PeerId peer, List<Multiaddr> addresses) {
      found.add(addresses);
    }

    @Override
    public void onPeerGone(PeerId peer) {
      gone.add(peer);
    }

    List<Multiaddr> next() throws InterruptedException {
      List<Multiaddr> next = found.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      return Objects.requireNonNull(next, "no peer was found in time");
    }
  }

  @AfterEach
  void stopAll() {
    started.forEach(MdnsService::stop);
  }

  @Test
  void twoServicesFindEachOtherAndNoticeGoodbye() throws Exception {
    PeerId alice = peer();
    PeerId bob = peer();
    Heard heardByAlice = new Heard();
    Heard heardByBob = new Heard();
    MdnsService a = service(alice, "/ip4/0.0.0.0/tcp/4001", heardByAlice);
    MdnsService b = service(bob, "/ip4/127.0.0.1/tcp/4002", heardByBob);
    assertTrue(a.start());
    assertTrue(b.start());
    assertEquals(
        List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4002/p2p/" + bob)), heardByAlice.next());
    assertEquals(
        List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001/p2p/" + alice)), heardByBob.next());
    assertEquals(1, a.peers().size());
    b.stop();
    assertEquals(bob, heardByAlice.gone.poll(WAIT_SECONDS, TimeUnit.SECONDS));
    assertTrue(b.stats().links().isEmpty());
    assertTrue(a.stats().links().contains("lo/ipv4"));
    a.queryNow();
    b.stop();
  }

  @Test
  void newListenAddressesAreAnnounced() throws Exception {
    AtomicReference<List<Multiaddr>> listen =
        new AtomicReference<>(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1")));
    Heard heard = new Heard();
    MdnsService a = new MdnsService(config(service), peer(), listen::get, new Heard());
    MdnsService b = service(peer(), "/ip4/127.0.0.1/tcp/2", heard);
    started.add(a);
    a.start();
    b.start();
    assertTrue(heard.next().getFirst().toString().startsWith("/ip4/127.0.0.1/tcp/1/"));
    listen.set(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/7")));
    a.addressesChanged();
    assertTrue(heard.next().getFirst().toString().startsWith("/ip4/127.0.0.1/tcp/7/"));
    listen.set(List.of());
    a.addressesChanged();
    assertNotNull(heard.gone.poll(WAIT_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void aPortThatCannotBeSharedLeavesTheNodeAlive() throws IOException {
    try (DatagramSocket greedy = new DatagramSocket(null)) {
      greedy.setReuseAddress(false);
      greedy.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0));
      MdnsConfig mdns = MdnsConfig.defaults();
      MdnsServiceConfig config = config(service)
          .withFamilies(true, false)
          .withMdns(new MdnsConfig(
              service,
              greedy.getLocalPort(),
              mdns.ttl(),
              mdns.queryBurst(),
              mdns.queryInterval(),
              mdns.queryIntervalMax(),
              mdns.limits()));
      MdnsService service = new MdnsService(config, peer(), List::of, new Heard());
      started.add(service);
      assertFalse(service.start());
      service.queryNow();
      assertTrue(service.stats().links().isEmpty());
    }
  }

  @Test
  void anInterfaceThatDoesNotExistLeavesTheNodeAlive() {
    MdnsService service = new MdnsService(
        config(this.service).withInterfaces(List.of("nosuch0")), peer(), List::of, new Heard());
    started.add(service);
    assertFalse(service.start());
    assertFalse(service.start(), "a second start changes nothing");
  }

  @Test
  void aListenerThatThrowsIsCountedAndHearsMore() throws Exception {
    Heard heard = new Heard();
    DiscoveryListener failing = new DiscoveryListener() {
      @Override
      public void onPeer(PeerId peer, List<Multiaddr> addresses) {
        heard.onPeer(peer, addresses);
        throw new IllegalStateException("thrown by the test");
      }

      @Override
      public void onPeerGone(PeerId peer) {}
    };
    MdnsService a = new MdnsService(config(service), peer(), List::of, failing);
    started.add(a);
    a.start();
    for (int port = 1; port <= 2; port++) {
      service(peer(), "/ip4/127.0.0.1/tcp/" + port, new Heard()).start();
      assertNotNull(heard.next());
    }
    a.stop();
    assertEquals(2, a.stats().listenerFailures());
  }

  @Test
  void nothingHappensBeforeTheStart() {
    MdnsService service = service(peer(), "/ip4/127.0.0.1/tcp/1", new Heard());
    service.queryNow();
    service.addressesChanged();
    service.stop();
    assertTrue(service.peers().isEmpty());
    assertEquals(0, service.stats().datagramsSent());
  }

  private MdnsService service(PeerId peer, String listen, DiscoveryListener listener) {
    List<Multiaddr> addresses = List.of(Multiaddr.parse(listen));
    MdnsService created = new MdnsService(config(service), peer, () -> addresses, listener);
    started.add(created);
    return created;
  }

  private static MdnsServiceConfig config(String service) {
    return new MdnsServiceConfig(
        List.of("lo"),
        true,
        true,
        Duration.ofMillis(500),
        MdnsConfig.defaults().withServiceName(service));
  }

  /** A peer id of the form that an Ed25519 key has; nobody ever authenticates it here. */
  private static PeerId peer() {
    byte[] key = new byte[32];
    ThreadLocalRandom.current().nextBytes(key);
    try {
      return PeerId.fromBytes(Bytes.fromHex("002408011220").concat(Bytes.wrap(key)));
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
  }
}
