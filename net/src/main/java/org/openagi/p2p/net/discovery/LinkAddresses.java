package org.openagi.p2p.net.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Which listen addresses can be reached over an interface: list in, list out. */
final class LinkAddresses {

  private static final Pattern IP_FIRST = Pattern.compile("/(ip4|ip6)/([^/]+)(/.*)");

  private LinkAddresses() {}

  /**
   * Expands 0.0.0.0 and :: to the addresses of the interface and drops what belongs to another one.
   * Over loopback every address of this machine can be reached. Link-local IPv6 addresses are left
   * out: without a zone, which differs from host to host, nobody can dial them.
   */
  static List<Multiaddr> reachable(InterfaceSnapshot on, List<Multiaddr> listen) {
    Set<Multiaddr> reachable = new LinkedHashSet<>();
    for (Multiaddr address : listen) {
      Matcher parts = IP_FIRST.matcher(address.toString());
      if (parts.matches() && !address.toString().contains("/p2p-circuit")) {
        expand(on, address, parts.group(1).equals("ip4"), parts, reachable);
      }
    }
    return List.copyOf(reachable);
  }

  private static void expand(
      InterfaceSnapshot on, Multiaddr address, boolean ip4, Matcher parts, Set<Multiaddr> into) {
    InetAddress ip = ip(parts.group(2));
    boolean wildcard = ip.isAnyLocalAddress();
    if (!wildcard && on.loopback() && !ip.isLinkLocalAddress()) {
      into.add(address);
      return;
    }
    for (InterfaceSnapshot.Subnet subnet : on.addresses()) {
      InetAddress own = subnet.address();
      boolean sameFamily = own instanceof Inet4Address == ip4;
      boolean dialable = ip4 || !own.isLinkLocalAddress();
      if (sameFamily && dialable && (wildcard || sameIp(own, ip))) {
        into.add(Multiaddr.parse("/" + parts.group(1) + "/" + text(own) + parts.group(3)));
      }
    }
  }

  private static boolean sameIp(InetAddress a, InetAddress b) {
    return java.util.Arrays.equals(a.getAddress(), b.getAddress());
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  private static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("not an IP literal in a multiaddr: " + literal, e);
    }
  }
}
