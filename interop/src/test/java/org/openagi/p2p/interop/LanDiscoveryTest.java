package org.openagi.p2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.protocols.mdns.MdnsConfig;

/**
 * Discovery between hosts, IPv4 and IPv6, with js-libp2p and avahi. The hosts are network
 * namespaces; without the right to make them the tests are skipped.
 */
@Timeout(180)
class LanDiscoveryTest {

  private static final String SERVICE = MdnsConfig.LIBP2P_SERVICE;
  private static final String LAN =
      "p2p" + Long.toString(ProcessHandle.current().pid(), 36);

  @BeforeAll
  static void up() throws Exception {
    Lab.require(Lab.script("lan.sh"), "up", LAN);
  }

  @AfterAll
  static void down() throws Exception {
    Lab.run(List.of(Lab.script("lan.sh"), "down", LAN));
  }

  @Test
  void hostsFindEachOtherFollowNewAddressesAndHearGoodbye() throws Exception {
    try (ProbeProcess a = probe(1, "/ip4/0.0.0.0/tcp/4001", "/ip4/127.0.0.1/tcp/4001");
        ProbeProcess b = probe(2, "/ip4/0.0.0.0/tcp/4002", "/ip6/::/tcp/4002")) {
      a.awaitPeer(b.peerId(), "/ip4/10.77.0.2/tcp/4002");
      a.awaitPeer(b.peerId(), "/ip6/fd77::2/tcp/4002");
      b.awaitPeer(a.peerId(), "/ip4/10.77.0.1/tcp/4001");
      assertFalse(b.hasSaid("127.0.0.1"), "what only one host can reach is not announced");

      Lab.require("ip", "-n", LAN + 1, "addr", "add", "10.77.0.101/24", "dev", "eth0");
      b.awaitPeer(a.peerId(), "/ip4/10.77.0.101/tcp/4001");
      Lab.require("ip", "-n", LAN + 1, "addr", "del", "10.77.0.1/24", "dev", "eth0");

      try (ProbeProcess c = probe(3, "/ip4/0.0.0.0/tcp/4003")) {
        c.awaitPeer(a.peerId(), "/ip4/10.77.0.101/tcp/4001");
        a.awaitPeer(c.peerId(), "/ip4/10.77.0.3/tcp/4003");
        c.close();
        a.awaitGone(c.peerId());
      }
      assertFalse(a.hasSaid("\"gone\",\"peerId\":\"" + b.peerId()), "b was here all the time");
    } finally {
      Lab.run(List.of("ip", "-n", LAN + 1, "addr", "add", "10.77.0.1/24", "dev", "eth0"));
      Lab.run(List.of("ip", "-n", LAN + 1, "addr", "del", "10.77.0.101/24", "dev", "eth0"));
    }
  }

  @Test
  void jsLibp2pAndWeFindEachOther() throws Exception {
    try (ProbeProcess ours = probe(2, "/ip4/0.0.0.0/tcp/4002");
        JsPeer js = JsPeer.start(on(3), "--listen", "/ip4/0.0.0.0/tcp/0", "--mdns")) {
      String tcp = js.addresses().stream()
          .filter(a -> a.contains("10.77.0.3"))
          .findFirst()
          .orElseThrow();
      ours.awaitPeer(js.peerId(), tcp);
      Map<String, Object> found =
          js.await(line -> line.toString().contains(ours.peerId()) && line.get("event") != null);
      assertTrue(found.toString().contains("/ip4/10.77.0.2/tcp/4002"), found.toString());
    }
  }

  /** Goal: what was discovered can be dialed, in both directions, over each secure channel. */
  @ParameterizedTest
  @ValueSource(strings = {"noise", "tls"})
  void jsLibp2pAndWeDialWhatWeDiscovered(String security) throws Exception {
    String[] arguments = {"eth0", security, "/ip4/0.0.0.0/tcp/0"};
    String[] js = {"--listen", "/ip4/0.0.0.0/tcp/0", "--mdns", "--security", security};
    try (ProbeProcess dialed = ProbeProcess.start(on(1), HostProbe.class, arguments);
        ProbeProcess dialing = ProbeProcess.start(on(2), HostProbe.class, arguments);
        JsPeer peer = JsPeer.start(on(3), js)) {
      peer.awaitEvent("discovered", dialed.peerId());
      assertEquals(
          "/" + (security.equals("tls") ? "tls/1.0.0" : "noise"),
          peer.call("dialPeer", "peerId", dialed.peerId()).get("encryption"));
      peer.call("echo", "peerId", dialed.peerId(), "bytes", 1 << 20);

      dialing.awaitPeer(peer.peerId(), "/ip4/10.77.0.3/tcp/");
      dialing.say("dial " + peer.peerId());
      dialing.awaitLine("\"echoed\"", peer.peerId(), "1048576");
    }
  }

  @Test
  void severalNodesOnOneLoopbackFindEachOther() throws Exception {
    List<String> prefix = on(3);
    String[] lo = {"lo", SERVICE, "/ip4/127.0.0.1/tcp/1"};
    try (ProbeProcess a = ProbeProcess.start(prefix, lo);
        ProbeProcess b = ProbeProcess.start(prefix, lo);
        ProbeProcess c = ProbeProcess.start(prefix, lo)) {
      for (ProbeProcess one : List.of(a, b, c)) {
        for (ProbeProcess other : List.of(a, b, c)) {
          if (one != other) {
            one.awaitPeer(other.peerId(), "/ip4/127.0.0.1/tcp/1");
          }
        }
      }
      b.kill();
      try (ProbeProcess again = ProbeProcess.start(prefix, lo)) {
        again.awaitPeer(a.peerId(), "/ip4/127.0.0.1/tcp/1");
        a.awaitPeer(again.peerId(), "/ip4/127.0.0.1/tcp/1");
      }
    }
  }

  @Test
  void avahiListsResolvesAndForgetsUs() throws Exception {
    List<String> probe = Lab.java(
        DiscoveryProbe.class, "lab0", SERVICE, "/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001");
    String[] command = new String[probe.size() + 1];
    command[0] = Lab.script("avahi-check.sh");
    System.arraycopy(probe.toArray(), 0, command, 1, probe.size());
    List<String> lines = Lab.require(command).lines().toList();
    for (String family : List.of("IPv4", "IPv6")) {
      assertEquals(
          1,
          lines.stream()
              .filter(l -> l.startsWith("=;lab0;" + family + ";"))
              .filter(l -> l.contains("dnsaddr=/ip4/10.79.0.1/tcp/4001/p2p/"))
              .count(),
          () -> family + " in " + lines);
    }
    assertEquals("gone after good-bye", lines.getLast());
  }

  private static ProbeProcess probe(int host, String... addresses) throws Exception {
    String[] arguments = new String[addresses.length + 2];
    arguments[0] = "";
    arguments[1] = SERVICE;
    System.arraycopy(addresses, 0, arguments, 2, addresses.length);
    return ProbeProcess.start(on(host), arguments);
  }

  private static List<String> on(int host) {
    return List.of("ip", "netns", "exec", LAN + host);
  }
}
