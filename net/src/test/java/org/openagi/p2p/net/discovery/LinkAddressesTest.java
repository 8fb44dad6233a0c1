package org.openagi.p2p.net.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.discovery.InterfaceSnapshot.Subnet;

/** Which interfaces are used, and what is announced on each. */
class LinkAddressesTest {

  private static final InterfaceSnapshot LO = interfaceOf("lo", 1, true, "127.0.0.1/8", "::1/128");
  private static final InterfaceSnapshot ETH0 =
      interfaceOf("eth0", 2, false, "192.168.1.5/24", "fe80::5/64", "fd00::5/64");
  private static final InterfaceSnapshot ETH1 = interfaceOf("eth1", 3, false, "10.1.0.9/16");

  @Test
  void wildcardsBecomeTheAddressesOfTheInterface() {
    assertEquals(
        List.of("/ip4/192.168.1.5/tcp/1", "/ip6/fd00::5/tcp/2"),
        reachable(ETH0, "/ip4/0.0.0.0/tcp/1", "/ip6/::/tcp/2"));
    assertEquals(
        List.of("/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/2"),
        reachable(LO, "/ip4/0.0.0.0/tcp/1", "/ip6/::/tcp/2"));
    assertEquals(List.of(), reachable(ETH1, "/ip6/::/tcp/2"));
  }

  @Test
  void addressesOfOtherInterfacesAreNotAnnounced() {
    String[] listen = {"/ip4/192.168.1.5/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip4/10.1.0.9/tcp/1"};
    assertEquals(List.of("/ip4/192.168.1.5/tcp/1"), reachable(ETH0, listen));
    assertEquals(List.of("/ip4/10.1.0.9/tcp/1"), reachable(ETH1, listen));
    assertEquals(Arrays.asList(listen), reachable(LO, listen), "this machine reaches them all");
  }

  @Test
  void whatFollowsTheAddressIsKept() {
    String rest = "/udp/4001/quic-v1/p2p/12D3KooWLGnT8JY7RMumHqurKsu3Nr1JafR3q2bcf1QR8pJcTmoY";
    assertEquals(List.of("/ip4/10.1.0.9" + rest), reachable(ETH1, "/ip4/0.0.0.0" + rest));
  }

  @Test
  void namesRelaysAndLinkLocalAddressesAreNotAnnounced() {
    assertEquals(
        List.of(),
        reachable(
            ETH0,
            "/dns4/example.org/tcp/1",
            "/ip6/fe80::5/tcp/1",
            "/ip4/192.168.1.5/tcp/1/p2p/12D3KooWLGnT8JY7RMumHqurKsu3Nr1JafR3q2bcf1QR8pJcTmoY"
                + "/p2p-circuit"));
  }

  @Test
  void interfacesAreChosenByNameElseAllButLoopback() {
    List<InterfaceSnapshot> all = List.of(LO, ETH0, ETH1);
    List<Multiaddr> anywhere = List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/1"));
    assertEquals(List.of(LO), InterfaceChoice.choose(all, List.of("lo"), anywhere));
    assertEquals(List.of(ETH1), InterfaceChoice.choose(all, List.of("eth1", "none"), anywhere));
    assertEquals(List.of(ETH0, ETH1), InterfaceChoice.choose(all, List.of(), anywhere));
    assertEquals(List.of(ETH0, ETH1), InterfaceChoice.choose(all, List.of(), List.of()));
  }

  @Test
  void loopbackIsUsedIfNothingCanBeAnnouncedElsewhere() {
    List<Multiaddr> here = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"));
    assertEquals(List.of(LO, ETH0), InterfaceChoice.choose(List.of(LO, ETH0), List.of(), here));
    assertEquals(List.of(LO), InterfaceChoice.choose(List.of(LO), List.of(), List.of()));
  }

  @Test
  void noMoreInterfacesThanTheLimitAreUsed() {
    InterfaceSnapshot[] many = new InterfaceSnapshot[200];
    Arrays.setAll(many, i -> interfaceOf("veth" + i, i + 1, false, "10.2." + i + ".1/24"));
    List<Multiaddr> anywhere = List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/1"));
    assertEquals(
        InterfaceChoice.MAX_INTERFACES,
        InterfaceChoice.choose(Arrays.asList(many), List.of(), anywhere).size());
  }

  @Test
  void onLinkFollowsThePrefix() {
    assertTrue(ETH0.isOnLink(ip("192.168.1.77")));
    assertTrue(ETH0.isOnLink(ip("fe80::1")));
    assertTrue(ETH0.isOnLink(ip("fd00::77")));
    assertFalse(ETH0.isOnLink(ip("192.168.2.5")));
    assertTrue(ETH1.isOnLink(ip("10.1.255.1")));
    assertFalse(ETH1.isOnLink(ip("8.8.8.8")));
    assertTrue(LO.isOnLink(ip("127.9.9.9")));
  }

  private static List<String> reachable(InterfaceSnapshot on, String... listen) {
    List<Multiaddr> parsed = Arrays.stream(listen).map(Multiaddr::parse).toList();
    return LinkAddresses.reachable(on, parsed).stream().map(Multiaddr::toString).toList();
  }

  private static InterfaceSnapshot interfaceOf(
      String name, int index, boolean loopback, String... subnets) {
    List<Subnet> addresses = Arrays.stream(subnets)
        .map(s -> s.split("/", -1))
        .map(s -> new Subnet(ip(s[0]), Integer.parseInt(s[1])))
        .toList();
    return new InterfaceSnapshot(name, index, loopback, false, true, addresses);
  }

  private static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
