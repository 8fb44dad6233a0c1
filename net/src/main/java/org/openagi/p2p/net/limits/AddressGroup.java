package org.openagi.p2p.net.limits;

import java.net.InetAddress;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * The hosts that probably belong together: an IP prefix. Somebody who owns one address usually owns
 * its whole prefix, so limits count prefixes. Immutable.
 *
 * @param prefix the leading bytes of the addresses
 */
record AddressGroup(Bytes prefix) {
  private static final int IPV4_HOST_BYTES = 4;
  private static final int IPV4_NET_BYTES = 3;
  private static final int IPV6_HOST_BYTES = 8;
  private static final int IPV6_NET_BYTES = 6;

  /** A single IPv4 address, or an IPv6 /64, which is one customer's smallest network. */
  static AddressGroup hostOf(InetAddress address) {
    return of(address, IPV4_HOST_BYTES, IPV6_HOST_BYTES);
  }

  /** An IPv4 /24 or an IPv6 /48. */
  static AddressGroup subnetOf(InetAddress address) {
    return of(address, IPV4_NET_BYTES, IPV6_NET_BYTES);
  }

  private static AddressGroup of(InetAddress address, int ipv4Bytes, int ipv6Bytes) {
    byte[] raw = address.getAddress();
    int keep = raw.length == IPV4_HOST_BYTES ? ipv4Bytes : ipv6Bytes;
    return new AddressGroup(Bytes.wrap(Arrays.copyOf(raw, keep)));
  }
}
