package org.openagi.p2p.net.discovery;

import java.time.Duration;
import java.util.List;
import org.openagi.p2p.protocols.mdns.MdnsConfig;

/**
 * Where and how to discover.
 *
 * @param interfaces names of network interfaces, such as {@code eth0} or {@code lo}. Empty means all
 *     that are up and can multicast, without loopback and point-to-point ones; loopback is taken if
 *     there is nothing to announce on any of these
 * @param ipv4 whether to use 224.0.0.251
 * @param ipv6 whether to use ff02::fb
 * @param interfaceCheckInterval how often to look for new interfaces, addresses and listen
 *     addresses; one look takes less than a millisecond. At least 100 ms
 * @param mdns timing and limits of the protocol
 */
public record MdnsServiceConfig(
    List<String> interfaces,
    boolean ipv4,
    boolean ipv6,
    Duration interfaceCheckInterval,
    MdnsConfig mdns) {

  private static final Duration CHECK_MIN = Duration.ofMillis(100);

  /** Copies the names and checks the values. */
  public MdnsServiceConfig {
    interfaces = List.copyOf(interfaces);
    if (!ipv4 && !ipv6) {
      throw new IllegalArgumentException("mDNS needs IPv4 or IPv6, both are switched off");
    }
    if (interfaceCheckInterval.compareTo(CHECK_MIN) < 0) {
      throw new IllegalArgumentException(
          "interfaceCheckInterval " + interfaceCheckInterval + " is less than " + CHECK_MIN);
    }
  }

  /** All suitable interfaces, both IP versions. */
  public static MdnsServiceConfig defaults() {
    return new MdnsServiceConfig(
        List.of(), true, true, Duration.ofSeconds(3), MdnsConfig.defaults());
  }

  /** The same on these interfaces only. */
  public MdnsServiceConfig withInterfaces(List<String> names) {
    return new MdnsServiceConfig(names, ipv4, ipv6, interfaceCheckInterval, mdns);
  }

  /** The same with other protocol settings. */
  public MdnsServiceConfig withMdns(MdnsConfig config) {
    return new MdnsServiceConfig(interfaces, ipv4, ipv6, interfaceCheckInterval, config);
  }

  /** The same with these IP versions. */
  public MdnsServiceConfig withFamilies(boolean useIpv4, boolean useIpv6) {
    return new MdnsServiceConfig(interfaces, useIpv4, useIpv6, interfaceCheckInterval, mdns);
  }
}
