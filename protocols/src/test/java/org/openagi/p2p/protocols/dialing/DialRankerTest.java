package org.openagi.p2p.protocols.dialing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.protocols.dialing.DialRanker.Ranked;

class DialRankerTest {
  private static final Set<InetAddress> OURS = Set.of(address("192.168.1.7"), address("127.0.0.1"));

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Multiaddr> parse(String... texts) {
    return Stream.of(texts).map(Multiaddr::parse).toList();
  }

  private static List<String> rank(List<Multiaddr> addresses) {
    return DialRanker.rank(addresses, OURS, 16).stream()
        .map(r -> r.delayNanos() / 1_000_000 + " " + r.address())
        .toList();
  }

  @Test
  void sixAndFourTakeTurnsAQuarterOfASecondApart() {
    assertEquals(
        List.of(
            "0 /ip6/2001:db8::1/tcp/1",
            "250 /ip4/198.51.100.1/tcp/1",
            "500 /ip4/198.51.100.2/tcp/1"),
        rank(
            parse("/ip4/198.51.100.1/tcp/1", "/ip4/198.51.100.2/tcp/1", "/ip6/2001:db8::1/tcp/1")));
  }

  @Test
  void theLocalNetworkGoesFirst() {
    assertEquals(
        List.of("0 /ip4/192.168.1.9/tcp/1", "50 /ip4/198.51.100.1/tcp/1"),
        rank(parse("/ip4/198.51.100.1/tcp/1", "/ip4/192.168.1.9/tcp/1")));
  }

  @Test
  void loopbackOfAnotherMachineIsLeftOut() {
    assertEquals(
        List.of("0 /ip4/192.168.1.9/tcp/1"),
        rank(parse("/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.9/tcp/1")));
  }

  @Test
  void loopbackGoesFirstForAPeerOnThisMachine() {
    assertEquals(
        List.of("0 /ip4/127.0.0.1/tcp/1", "50 /ip4/192.168.1.7/tcp/1"),
        rank(parse("/ip4/192.168.1.7/tcp/1", "/ip4/127.0.0.1/tcp/1")));
    assertEquals(List.of("0 /ip4/127.0.0.1/tcp/1"), rank(parse("/ip4/127.0.0.1/tcp/1")));
  }

  @Test
  void relaysGoLast() {
    String relay =
        "/ip4/198.51.100.9/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
            + "/p2p-circuit";
    assertEquals(
        List.of("0 /ip4/198.51.100.1/tcp/1", "450 " + relay),
        rank(parse(relay, "/ip4/198.51.100.1/tcp/1")));
    assertEquals(List.of("0 " + relay), rank(parse(relay)));
  }

  @Test
  void anAddressTwiceIsDialedOnceAndTooManyAreCutOff() {
    assertEquals(
        1, rank(parse("/ip4/198.51.100.1/tcp/1", "/ip4/198.51.100.1/tcp/1")).size());
    List<Multiaddr> many = IntStream.range(1, 100)
        .mapToObj(i -> Multiaddr.parse("/ip4/198.51.100." + i + "/tcp/1"))
        .toList();
    assertEquals(16, DialRanker.rank(many, OURS, 16).size());
  }

  @Test
  void delaysNeverDecreaseAndNothingIsInvented() {
    List<Multiaddr> all = new ArrayList<>(parse(
        "/ip4/127.0.0.1/tcp/1",
        "/ip4/192.168.1.7/tcp/1",
        "/ip4/10.0.0.1/tcp/1",
        "/ip6/fd00::1/tcp/1",
        "/ip6/2001:db8::1/tcp/1",
        "/ip4/198.51.100.1/tcp/1",
        "/dns4/example.org/tcp/1"));
    for (int seed = 0; seed < 200; seed++) {
      Collections.shuffle(all, new Random(seed));
      List<Multiaddr> some = all.subList(0, 1 + seed % all.size());
      List<Ranked> ranked = DialRanker.rank(some, OURS, 16);
      for (int i = 1; i < ranked.size(); i++) {
        assertTrue(ranked.get(i - 1).delayNanos() <= ranked.get(i).delayNanos());
      }
      assertTrue(some.containsAll(ranked.stream().map(Ranked::address).toList()));
      assertEquals(0, ranked.getFirst().delayNanos());
    }
  }
}
