package org.openagi.p2p.protocols.mdns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of local discovery.
 *
 * @param serviceName DNS-SD service, {@code _p2p._udp.local} by the specification; a private
 *     network uses {@code _p2p-X._udp.local}
 * @param port UDP port of multicast DNS, 5353; responses from another port are ignored
 * @param ttl how long others may believe what we say without hearing it again; 1 s to 75 min
 * @param queryBurst when to ask after start, a link change or a demand, relative to it, ascending;
 *     answers are lost rarely, so a few early questions find everybody within a second. At most
 *     {@value #MAX_BURST}
 * @param queryInterval pause between questions after the burst; doubles up to {@code
 *     queryIntervalMax}, each time varied by 20 % either way
 * @param queryIntervalMax largest pause; at most half of {@code ttl}, so that a peer is asked for
 *     again before it expires
 * @param limits bounds of memory and work
 */
public record MdnsConfig(
    String serviceName,
    int port,
    Duration ttl,
    List<Duration> queryBurst,
    Duration queryInterval,
    Duration queryIntervalMax,
    MdnsLimits limits) {

  /** The name of the service in the libp2p specification. */
  public static final String LIBP2P_SERVICE = "_p2p._udp.local";

  /** The port of multicast DNS. */
  public static final int MDNS_PORT = 5353;

  /** Questions in a burst, at most. */
  public static final int MAX_BURST = 16;

  private static final Duration TTL_MIN = Duration.ofSeconds(1);
  private static final Duration TTL_MAX = Duration.ofMinutes(75);
  private static final Duration INTERVAL_MIN = Duration.ofMillis(100);

  /** Checks all settings and reports every problem at once. */
  public MdnsConfig {
    queryBurst = List.copyOf(queryBurst);
    List<String> problems = new ArrayList<>();
    checkServiceName(serviceName, problems);
    check(port > 0 && port <= 0xffff, "port " + port + " is not within 1..65535", problems);
    check(
        ttl.compareTo(TTL_MIN) >= 0 && ttl.compareTo(TTL_MAX) <= 0,
        "ttl " + ttl + " is not within 1 s to 75 min",
        problems);
    check(
        queryInterval.compareTo(INTERVAL_MIN) >= 0
            && queryInterval.compareTo(queryIntervalMax) <= 0,
        "queryInterval " + queryInterval + " is not within 100 ms to " + queryIntervalMax,
        problems);
    check(
        queryIntervalMax.compareTo(ttl.dividedBy(2)) <= 0,
        "queryIntervalMax " + queryIntervalMax + " is more than half of ttl " + ttl,
        problems);
    check(
        !queryBurst.isEmpty() && queryBurst.size() <= MAX_BURST,
        "queryBurst has " + queryBurst.size() + " questions, allowed are 1 to " + MAX_BURST,
        problems);
    check(
        queryBurst.stream().noneMatch(Duration::isNegative)
            && queryBurst.equals(queryBurst.stream().sorted().toList()),
        "queryBurst " + queryBurst + " is negative or not ascending",
        problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("mDNS configuration: " + String.join("; ", problems));
    }
  }

  /** The settings for ordinary local networks. */
  public static MdnsConfig defaults() {
    return new MdnsConfig(
        LIBP2P_SERVICE,
        MDNS_PORT,
        Duration.ofSeconds(120),
        List.of(
            Duration.ZERO,
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3)),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        MdnsLimits.defaults());
  }

  /** The same settings for another service name: private networks, and tests side by side. */
  public MdnsConfig withServiceName(String name) {
    return new MdnsConfig(name, port, ttl, queryBurst, queryInterval, queryIntervalMax, limits);
  }

  /** The same settings with another life time of what we say, and other pauses. */
  public MdnsConfig withTiming(Duration newTtl, Duration interval, Duration intervalMax) {
    return new MdnsConfig(serviceName, port, newTtl, queryBurst, interval, intervalMax, limits);
  }

  /** The same settings with other bounds. */
  public MdnsConfig withLimits(MdnsLimits newLimits) {
    return new MdnsConfig(
        serviceName, port, ttl, queryBurst, queryInterval, queryIntervalMax, newLimits);
  }

  private static void checkServiceName(String name, List<String> problems) {
    try {
      List<String> labels = DnsName.parse(name).labels();
      check(
          labels.size() == 3 && labels.get(2).equalsIgnoreCase("local"),
          "serviceName " + name + " is not of the form _name._udp.local",
          problems);
    } catch (IllegalArgumentException e) {
      problems.add("serviceName " + name + ": " + e.getMessage());
    }
  }

  private static void check(boolean fine, String problem, List<String> problems) {
    if (!fine) {
      problems.add(problem);
    }
  }
}
