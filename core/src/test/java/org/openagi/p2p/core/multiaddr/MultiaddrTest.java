package org.openagi.p2p.core.multiaddr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

class MultiaddrTest {
  private static final String ID = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";
  private static final String OTHER_ID = "QmaeANgBs1DTSxWSrPPtobgQuxW8XTfsS4ydbK4rCHzqxG";

  static Stream<String> vectors() throws Exception {
    try (InputStream in = MultiaddrTest.class.getResourceAsStream(
        "/org/openagi/p2p/core/multiaddr/js-multiaddr.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(line -> line.startsWith("/")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void agreesWithOthersOnTextAndBytes(String line) throws Exception {
    String text = line.split(" ")[0];
    Bytes bytes = Bytes.fromHex(line.split(" ")[1]);
    assertEquals(bytes, Multiaddr.parse(text).toBytes());
    assertEquals(text, Multiaddr.fromBytes(bytes).toString());
    assertEquals(Multiaddr.parse(text), Multiaddr.fromBytes(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "/unix/tmp/p2p.sock, 90030d2f746d702f7032702e736f636b",
    "/unix/a/b/c/d/e, 90030a2f612f622f632f642f65",
    "/ip4/192.0.2.7/tcp/80/http/http-path/tmp%2Fbar, 04c0000207060050e003e10307746d702f626172"
  })
  void readsPaths(String text, String hex) throws Exception {
    Multiaddr address = Multiaddr.parse(text);
    assertEquals(text, address.toString());
    assertEquals(address, Multiaddr.fromBytes(address.toBytes()));
    assertEquals(hex, address.toBytes().toHex());
  }

  /** RFC 5952: lower case, no leading zeros, the first of the longest runs of at least two groups. */
  @ParameterizedTest
  @CsvSource({
    "2001:0db8:0:0:0:0:0:0001, 2001:db8::1",
    "2001:DB8::0:1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "::ffff:c000:0207, ::ffff:192.0.2.7",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221"
  })
  void writesIp6AsTheRfcSays(String text, String canonical) {
    Multiaddr address = Multiaddr.parse("/ip6/" + text);
    assertEquals("/ip6/" + canonical, address.toString());
    assertEquals(address, Multiaddr.parse(address.toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "'', does not begin with '/'",
    "ip4/127.0.0.1, does not begin with '/'",
    "/, no components",
    "//, unknown protocol ''",
    "/ip4, value is missing",
    "/ip4/, bad value for ip4",
    "/ip4/127.0.0.1/tcp, value is missing",
    "/ip4/127.0.0.1//tcp/80, unknown protocol ''",
    "/ip4/127.1, ip4",
    "/ip4/127.0.0.01, ip4",
    "/ip4/127.0.0.256, ip4",
    "/ip4/127.0.0.1.1, ip4",
    "/ip4/0x7f.0.0.1, ip4",
    "/ip4/localhost, ip4",
    "/ip4/١٢٧.0.0.1, ip4",
    "/ip6/1::2::3, ip6",
    "/ip6/1:2:3:4:5:6:7, ip6",
    "/ip6/1:2:3:4:5:6:7:8:9, ip6",
    "/ip6/1:2:3:4:5:6:7:8::, ip6",
    "/ip6/:1:2:3:4:5:6:7:8, ip6",
    "/ip6/:::, ip6",
    "/ip6/12345::, ip6",
    "/ip6/g::, ip6",
    "/ip6/::1%eth0, ip6",
    "/ip6/1.2.3.4::, ip6",
    "/ip6/::1.2.3, ip6",
    "/ip6/, ip6",
    "/ip4/127.0.0.1/tcp/65536, 0..65535",
    "/ip4/127.0.0.1/tcp/-1, tcp",
    "/ip4/127.0.0.1/tcp/+1, tcp",
    "/ip4/127.0.0.1/tcp/080, tcp",
    "/ip4/127.0.0.1/tcp/http, tcp",
    "/tcp/999999999999999999999, tcp",
    "/sctp/80, unknown protocol 'sctp'",
    "/IP4/127.0.0.1, unknown protocol 'IP4'",
    "/p2p/hello, bad value for p2p",
    "/p2p-circuit/x, unknown protocol 'x'",
    "/dns4/a b, U+0020",
    "/dns4/a\u001b[2Jb, U+001B",
    "/dns4/a\u202eb, U+202E",
    "/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd, onion3",
    "/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:0, 1..65535",
    "/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyy:80, onion3",
    "/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyy1:80, onion3",
    "/certhash/uEiDD, certhash",
    "/certhash/x, certhash",
    "/http-path/%2, http-path",
    "/http-path/%zz, http-path",
    "/http-path/%ff, UTF-8",
    "/unix, value is missing",
    "/unix/, unix"
  })
  void namesThePartThatIsWrong(String text, String reason) {
    var e = assertThrows(IllegalArgumentException.class, () -> Multiaddr.parse(text));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertFalse(e.getMessage().contains("\u001b"), "control characters must not reach a terminal");
    assertEquals(0, e.getStackTrace().length);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0 bytes",
    "04, cut off after 0",
    "047f0000, cut off after 3",
    "0600, cut off after 1",
    "ff01, protocol 255 is unknown",
    "8400, padded",
    "21, protocol 33 is unknown",
    "3500, expected 1..253",
    "35036162, cut off",
    "3503612f62, contains '/'",
    "3501ff, UTF-8",
    "35ffffffffffffffff7f, cut off",
    "a50300, p2p",
    "a503021220, p2p",
    "900300, unix",
    "90030161, unix",
    "d2030400010203, certhash"
  })
  void refusesMalformedBytes(String hex, String reason) {
    var violation = assertThrows(
        ProtocolViolationException.class, () -> Multiaddr.fromBytes(Bytes.fromHex(hex)));
    assertTrue(violation.getMessage().contains(reason), violation.getMessage());
    assertEquals(0, violation.getStackTrace().length);
  }

  @Test
  void boundsComponentsAndLength() throws Exception {
    Bytes most = Bytes.fromHex("dd03".repeat(Multiaddr.MAX_COMPONENTS));
    assertEquals(
        Multiaddr.MAX_COMPONENTS, Multiaddr.fromBytes(most).components().size());
    assertEquals(most, Multiaddr.parse("/ws".repeat(Multiaddr.MAX_COMPONENTS)).toBytes());
    Bytes tooMany = most.concat(Bytes.fromHex("dd03"));
    assertThrows(ProtocolViolationException.class, () -> Multiaddr.fromBytes(tooMany));
    assertThrows(
        IllegalArgumentException.class,
        () -> Multiaddr.parse("/ws".repeat(Multiaddr.MAX_COMPONENTS + 1)));
    String long4 = ("/dns/" + "a".repeat(253)).repeat(4);
    assertEquals(
        1024, Multiaddr.parse(long4.substring(0, long4.length())).toBytes().length());
    assertThrows(IllegalArgumentException.class, () -> Multiaddr.parse(long4 + "/ws"));
    assertThrows(IllegalArgumentException.class, () -> Multiaddr.parse(long4)
        .encapsulate(Multiaddr.parse("/ws")));
    assertThrows(IllegalArgumentException.class, () -> Multiaddr.parse("/dns/" + "a".repeat(254)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Multiaddr.parse("/" + "a".repeat(Multiaddr.MAX_CHARS)));
  }

  @Test
  void readsTheOldNameOfP2pAndASlashAtTheEnd() {
    assertEquals("/ip4/127.0.0.1", Multiaddr.parse("/ip4/127.0.0.1/").toString());
    assertEquals("/p2p/" + ID, Multiaddr.parse("/ipfs/" + ID).toString());
    PeerId id = PeerId.parse(ID);
    assertEquals("/p2p/" + ID, Multiaddr.parse("/p2p/" + id.toCid()).toString());
  }

  @Test
  void knowsWhereItLeads() {
    PeerId id = PeerId.parse(ID);
    Multiaddr tcp = Multiaddr.parse("/ip4/192.0.2.7/tcp/4001");
    Multiaddr full = tcp.withPeerId(id);
    assertEquals(Optional.empty(), tcp.peerId());
    assertEquals(Optional.of(id), full.peerId());
    assertSame(full, full.withPeerId(id));
    assertEquals(tcp, full.withoutPeerId());
    assertSame(tcp, tcp.withoutPeerId());
    assertThrows(IllegalArgumentException.class, () -> full.withPeerId(PeerId.parse(OTHER_ID)));
    Multiaddr relay =
        tcp.withPeerId(PeerId.parse(OTHER_ID)).encapsulate(Multiaddr.parse("/p2p-circuit"));
    assertEquals(Optional.empty(), relay.peerId());
    assertEquals(Optional.of(id), relay.withPeerId(id).peerId());
    assertEquals(relay, relay.withPeerId(id).withoutPeerId());
    assertEquals("/", Multiaddr.parse("/p2p/" + ID).withoutPeerId().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ip4/192.0.2.7/tcp/4001",
        "/ip6/2001:db8::7/tcp/0",
        "/ip4/192.0.2.7/tcp/4001/p2p/" + ID,
        "/ip6zone/1/ip6/fe80::1/tcp/4001/p2p/" + ID
      })
  void recognisesPlainTcp(String text) {
    assertTrue(Multiaddr.parse(text).isTcp());
    assertTrue(Multiaddr.parse(text).toTcpSocketAddress().isPresent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ip4/192.0.2.7",
        "/ip4/192.0.2.7/udp/4001",
        "/ip4/192.0.2.7/tcp/4001/ws",
        "/ip4/192.0.2.7/tcp/4001/tls/ws",
        "/dns4/example.org/tcp/4001",
        "/tcp/4001",
        "/p2p/" + ID,
        "/ip6zone/1/tcp/4001",
        "/ip4/192.0.2.7/tcp/4001/p2p/" + ID + "/p2p-circuit",
        "/ip4/192.0.2.7/tcp/4001/p2p/" + ID + "/p2p/" + ID
      })
  void recognisesWhatIsNotPlainTcp(String text) {
    assertFalse(Multiaddr.parse(text).isTcp());
    assertEquals(Optional.empty(), Multiaddr.parse(text).toTcpSocketAddress());
  }

  @Test
  void convertsSocketAddressesBothWays() throws Exception {
    for (String host : new String[] {"192.0.2.7", "::1", "2001:db8::7"}) {
      InetSocketAddress socketAddress = new InetSocketAddress(InetAddress.getByName(host), 4001);
      Multiaddr address = Multiaddr.ofTcp(socketAddress);
      assertEquals(
          "/ip" + (host.contains(":") ? 6 : 4) + "/" + host + "/tcp/4001", address.toString());
      assertEquals(Optional.of(socketAddress), address.toTcpSocketAddress());
    }
    var unresolved = InetSocketAddress.createUnresolved("example.org", 1);
    assertThrows(IllegalArgumentException.class, () -> Multiaddr.ofTcp(unresolved));
  }

  @Test
  void carriesTheZoneOfLinkLocalAddresses() throws Exception {
    NetworkInterface any = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
    byte[] linkLocal = Bytes.fromHex("fe800000000000000000000000000001").unsafeArray();
    InetAddress scoped = Inet6Address.getByAddress(null, linkLocal, any.getIndex());
    Multiaddr numeric = Multiaddr.ofTcp(new InetSocketAddress(scoped, 1));
    assertEquals("/ip6zone/" + any.getIndex() + "/ip6/fe80::1/tcp/1", numeric.toString());
    Multiaddr named = Multiaddr.parse("/ip6zone/" + any.getName() + "/ip6/fe80::1/tcp/1");
    assertEquals(named, Multiaddr.ofTcp(named.toTcpSocketAddress().orElseThrow()));
    assertEquals(
        Optional.empty(),
        Multiaddr.parse("/ip6zone/no-such-zone/ip6/fe80::1/tcp/1").toTcpSocketAddress());
    assertTrue(numeric.isIp6() && numeric.isLinkLocal() && numeric.isTcp());
  }

  @ParameterizedTest
  @CsvSource({
    "/ip4/127.1.2.3, loopback",
    "/ip6/::1, loopback",
    "/ip6/::ffff:127.0.0.1, loopback",
    "/ip4/10.1.2.3, private",
    "/ip4/172.16.0.1, private",
    "/ip4/172.31.0.1, private",
    "/ip4/192.168.1.1, private",
    "/ip4/100.64.0.1, private",
    "/ip4/169.254.1.1, private",
    "/ip6/fe80::1, private",
    "/ip6/fd00::1, private",
    "/ip6/::ffff:10.0.0.1, private",
    "/ip6zone/eth0/ip6/fe80::1, private",
    "/ip4/0.0.0.0, unspecified",
    "/ip6/::, unspecified",
    "/ip4/172.32.0.1, public",
    "/ip4/172.15.0.1, public",
    "/ip4/8.8.8.8, public",
    "/ip4/100.128.0.1, public",
    "/ip6/2001:db8::1, public",
    "/ip6/fec0::1, public",
    "/dns/localhost, public",
    "/tcp/1, public"
  })
  void classifiesAddresses(String text, String kind) {
    Multiaddr address = Multiaddr.parse(text);
    assertEquals(kind.equals("loopback"), address.isLoopback());
    assertEquals(kind.equals("private"), address.isPrivate());
    assertEquals(kind.equals("unspecified"), address.isUnspecified());
    assertEquals(text.contains("/ip6/"), address.isIp6());
  }

  @Test
  void componentsCheckTheirValues() {
    Component tcp = new Component(AddressProtocol.TCP, Bytes.fromHex("0fa1"));
    assertEquals("4001", tcp.valueText());
    assertEquals(List.of(tcp), Multiaddr.of(List.of(tcp)).components());
    assertEquals(
        Optional.of(tcp), Multiaddr.parse("/ip4/1.2.3.4/tcp/4001").first(AddressProtocol.TCP));
    assertTrue(Multiaddr.parse("/ip4/1.2.3.4/tcp/4001").has(AddressProtocol.IP4));
    assertThrows(
        IllegalArgumentException.class, () -> new Component(AddressProtocol.TCP, Bytes.EMPTY));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Component(AddressProtocol.WS, Bytes.fromHex("00")));
  }
}
