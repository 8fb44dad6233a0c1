package org.openagi.p2p.overlay.membership;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.AddressProtocol;
import org.openagi.p2p.core.multiaddr.Component;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * The part of the internet that an address is in. Many addresses of one part cost one attacker little, so neighbours should be
 * of different ones. Addresses of this machine and of private networks are counted too, to prefer variety, but not limited: there
 * is no other part to choose from.
 *
 * @param kind what sort of address it is
 * @param narrow IPv4 /24 or IPv6 /48; 0 if it is no IP address
 * @param wide IPv4 /16 or IPv6 /32; 0 if it is no IP address
 */
public record AddressRange(Kind kind, long narrow, long wide) {
  /** Sorts of addresses. */
  public enum Kind {
    /** Of the internet. */
    PUBLIC,
    /** Of a private network, link-local ones among them. */
    PRIVATE,
    /** Of this machine: loopback. */
    MACHINE,
    /** Not an IP address, or not known. */
    NONE
  }

  /** Of an address that is not known. */
  public static final AddressRange UNKNOWN = new AddressRange(Kind.NONE, 0, 0);

  private static final long FOUR = 4L << 56;
  private static final long SIX = 6L << 56;

  /** The range of an address. */
  public static AddressRange of(Multiaddr address) {
    for (Component each : address.components()) {
      if (each.protocol() == AddressProtocol.IP4) return of4(kindOf(address), each.value(), 0);
      if (each.protocol() == AddressProtocol.IP6) return of6(kindOf(address), each.value());
      if (each.protocol() != AddressProtocol.IP6ZONE) break;
    }
    return UNKNOWN;
  }

  /** The range of the first address that has one. */
  public static AddressRange of(List<Multiaddr> addresses) {
    for (Multiaddr each : addresses) {
      AddressRange range = of(each);
      if (range.kind != Kind.NONE) return range;
    }
    return UNKNOWN;
  }

  static AddressRange of(Optional<Multiaddr> address) {
    return address.map(AddressRange::of).orElse(UNKNOWN);
  }

  private static Kind kindOf(Multiaddr address) {
    if (address.isLoopback()) return Kind.MACHINE;
    return address.isPrivate() ? Kind.PRIVATE : Kind.PUBLIC;
  }

  private static AddressRange of4(Kind kind, Bytes ip, int at) {
    long wide = bits(ip, at, 2);
    return new AddressRange(kind, FOUR | wide << 8 | (ip.get(at + 2) & 0xff), FOUR | wide);
  }

  private static AddressRange of6(Kind kind, Bytes ip) {
    boolean mapped = bits(ip, 0, 8) == 0 && bits(ip, 8, 4) == 0xffff;
    if (mapped) return of4(kind, ip, 12);
    return new AddressRange(kind, SIX | bits(ip, 0, 6), SIX | bits(ip, 0, 4));
  }

  private static long bits(Bytes ip, int from, int count) {
    long value = 0;
    for (int i = from; i < from + count; i++) value = value << 8 | (ip.get(i) & 0xff);
    return value;
  }

  /** Whether there are limits on how many neighbours are in it. */
  public boolean isLimited() {
    return kind == Kind.PUBLIC;
  }
}
