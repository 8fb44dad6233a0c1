package org.openagi.p2p.net.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A network interface as it is now.
 *
 * @param addresses its IP addresses with prefix lengths, in the system's order
 */
record InterfaceSnapshot(
    String name,
    int index,
    boolean loopback,
    boolean pointToPoint,
    boolean multicast,
    List<Subnet> addresses) {

  /** An address and how many of its leading bits name the network. */
  record Subnet(InetAddress address, int prefixBits) {

    boolean contains(InetAddress other) {
      byte[] a = address.getAddress();
      byte[] b = other.getAddress();
      if (a.length != b.length) {
        return false;
      }
      for (int bit = 0; bit < prefixBits && bit < a.length * 8; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  InterfaceSnapshot {
    addresses = List.copyOf(addresses);
  }

  boolean hasIpv4() {
    return addresses.stream().anyMatch(s -> s.address() instanceof Inet4Address);
  }

  boolean hasIpv6() {
    return addresses.stream().anyMatch(s -> s.address() instanceof Inet6Address);
  }

  /** True if the address belongs to one of the networks of this interface, or to the link alone. */
  boolean isOnLink(InetAddress source) {
    return source.isLinkLocalAddress() || addresses.stream().anyMatch(s -> s.contains(source));
  }

  /** All interfaces that are up and have an address, in the order of their index. */
  static List<InterfaceSnapshot> all() throws IOException {
    List<InterfaceSnapshot> all = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && !each.getInterfaceAddresses().isEmpty()) {
        all.add(of(each));
      }
    }
    all.sort(Comparator.comparingInt(InterfaceSnapshot::index));
    return all;
  }

  private static InterfaceSnapshot of(NetworkInterface each) throws IOException {
    List<Subnet> subnets = new ArrayList<>();
    for (InterfaceAddress address : each.getInterfaceAddresses()) {
      subnets.add(new Subnet(address.getAddress(), address.getNetworkPrefixLength()));
    }
    return new InterfaceSnapshot(
        each.getName(),
        each.getIndex(),
        each.isLoopback(),
        each.isPointToPoint(),
        each.supportsMulticast(),
        subnets);
  }
}
