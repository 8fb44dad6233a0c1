package org.openagi.p2p.protocols.mdns;

import java.util.ArrayList;
import java.util.List;

/**
 * Bounds of local discovery: what others can make us keep and do.
 *
 * @param maxPeers peers remembered at once; the one not heard of for longest makes room. One peer
 *     costs about 1 KB for every way it is seen
 * @param maxPeersPerSource peers that one foreign IP address may speak for, so that one liar cannot
 *     push out everybody else
 * @param maxAddressesPerPeer addresses kept for one peer; also the most that we announce
 * @param responsesPerSecond responses per link, on average; multicast ones beyond are merged and
 *     sent later, unicast ones are not sent
 * @param responseBurst responses that may go out at once after a quiet time
 * @param datagramsPerSecond datagrams examined per link and second, on average; others are dropped
 *     unread
 * @param datagramBurst datagrams examined at once after a quiet time: room for one answer of every
 *     peer of a large network
 */
public record MdnsLimits(
    int maxPeers,
    int maxPeersPerSource,
    int maxAddressesPerPeer,
    int responsesPerSecond,
    int responseBurst,
    int datagramsPerSecond,
    int datagramBurst) {

  /** Checks all limits and reports every problem at once. */
  public MdnsLimits {
    List<String> problems = new ArrayList<>();
    checkPositive("maxPeers", maxPeers, problems);
    checkPositive("maxPeersPerSource", maxPeersPerSource, problems);
    checkPositive("maxAddressesPerPeer", maxAddressesPerPeer, problems);
    checkPositive("responsesPerSecond", responsesPerSecond, problems);
    checkPositive("responseBurst", responseBurst, problems);
    checkPositive("datagramsPerSecond", datagramsPerSecond, problems);
    checkPositive("datagramBurst", datagramBurst, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("mDNS limits: " + String.join("; ", problems));
    }
  }

  /** The limits for ordinary local networks. */
  public static MdnsLimits defaults() {
    return new MdnsLimits(1024, 128, 16, 5, 20, 1000, 2000);
  }

  private static void checkPositive(String what, int value, List<String> problems) {
    if (value <= 0) {
      problems.add(what + " " + value + " is not positive");
    }
  }
}
