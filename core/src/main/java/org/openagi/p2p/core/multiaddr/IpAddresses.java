package org.openagi.p2p.core.multiaddr;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;

/** Between the JDK's IP addresses and components, and what ranges addresses belong to. */
final class IpAddresses {
  private IpAddresses() {}

  static List<Component> components(InetSocketAddress socketAddress, AddressProtocol portProtocol) {
    InetAddress address = socketAddress.getAddress();
    if (address == null) {
      throw new IllegalArgumentException(socketAddress + " is not resolved");
    }
    List<Component> components = new ArrayList<>(3);
    if (address instanceof Inet6Address ip6) {
      zoneOf(ip6).ifPresent(zone -> components.add(new Component(AddressProtocol.IP6ZONE, zone)));
      components.add(new Component(AddressProtocol.IP6, Bytes.wrap(ip6.getAddress())));
    } else {
      components.add(new Component(AddressProtocol.IP4, Bytes.wrap(address.getAddress())));
    }
    int port = socketAddress.getPort();
    components.add(
        new Component(portProtocol, Bytes.wrap(new byte[] {(byte) (port >> 8), (byte) port})));
    return components;
  }

  private static Optional<Bytes> zoneOf(Inet6Address address) {
    @Nullable NetworkInterface zone = address.getScopedInterface();
    if (zone != null) return Optional.of(Bytes.ofUtf8(zone.getName()));
    int id = address.getScopeId();
    return id > 0 ? Optional.of(Bytes.ofUtf8(Integer.toString(id))) : Optional.empty();
  }

  /** Returns empty if this machine does not have the zone. */
  static Optional<InetAddress> inetAddress(Bytes address, @Nullable String zone) {
    try {
      // With a zone: a literal, which the JDK parses without asking any name service.
      return Optional.of(
          zone == null
              ? InetAddress.getByAddress(address.toArray())
              : InetAddress.getByName(IpText.format6(address) + "%" + zone));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** Returns the IPv4 address inside ::ffff:0:0/96, other addresses as they are. */
  static Bytes unmapped(Bytes address) {
    return address.length() == 16 && IpText.isMapped4(address) ? address.slice(12, 16) : address;
  }

  static boolean isLoopback(Bytes address) {
    if (address.length() == 4) return octet(address, 0) == 127;
    return isZero(address, 15) && address.get(15) == 1;
  }

  static boolean isUnspecified(Bytes address) {
    return isZero(address, address.length());
  }

  static boolean isLinkLocal(Bytes address) {
    int first = octet(address, 0);
    int second = octet(address, 1);
    return address.length() == 4
        ? first == 169 && second == 254
        : first == 0xfe && (second & 0xc0) == 0x80;
  }

  static boolean isPrivate(Bytes address) {
    if (isLinkLocal(address)) return true;
    int first = octet(address, 0);
    int second = octet(address, 1);
    if (address.length() == 16) return (first & 0xfe) == 0xfc;
    return first == 10
        || (first == 172 && (second & 0xf0) == 16)
        || (first == 192 && second == 168)
        || (first == 100 && (second & 0xc0) == 64);
  }

  private static boolean isZero(Bytes address, int length) {
    for (int i = 0; i < length; i++) {
      if (address.get(i) != 0) return false;
    }
    return true;
  }

  private static int octet(Bytes address, int index) {
    return address.get(index) & 0xff;
  }
}
