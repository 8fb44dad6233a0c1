package org.openagi.p2p.protocols.dialing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * In which order and with which head starts the addresses of one peer are dialed. A pure function.
 *
 * <p>The decisions, in order:
 *
 * <ol>
 *   <li>An address twice is dialed once.
 *   <li>Loopback addresses come first if the peer is on this machine: if all its addresses are
 *       loopback ones, or one of the others is an address of ours. Otherwise they would reach
 *       somebody else, and are left out.
 *   <li>Then private and link-local addresses, {@link #GROUP_GAP} later: the local network is
 *       faster, and it costs little if there is none.
 *   <li>Then public addresses and names, {@link #GROUP_GAP} after the group before.
 *   <li>Relayed addresses last, {@link #RELAY_GAP} after the last direct group began.
 *   <li>Within a group IPv6 and IPv4 take turns, IPv6 first (RFC 8305), {@link #LOCAL_STAGGER} or
 *       {@link #PUBLIC_STAGGER} apart. An attempt that fails lets the next one start at once; that
 *       is the dialer's part.
 *   <li>Beyond the maximum number of addresses the last ones are left out.
 * </ol>
 */
public final class DialRanker {
  /** Head start of a group over the next: a few round trips in a local network. */
  public static final Duration GROUP_GAP = Duration.ofMillis(50);

  /** Head start of direct addresses over relayed ones: about three round trips around the world. */
  public static final Duration RELAY_GAP = Duration.ofMillis(500);

  /** Between two attempts on this machine or in the local network. */
  public static final Duration LOCAL_STAGGER = Duration.ofMillis(20);

  /** Between two attempts elsewhere; the value RFC 8305 recommends. */
  public static final Duration PUBLIC_STAGGER = Duration.ofMillis(250);

  /**
   * An address and when to dial it.
   *
   * @param delayNanos after the start of the dial
   */
  public record Ranked(Multiaddr address, long delayNanos) {}

  private DialRanker() {}

  /**
   * Ranks addresses.
   *
   * @param addresses of one peer, in order of trust
   * @param ownAddresses IP addresses of this machine's interfaces
   * @param maxAddresses most to return
   * @return by increasing delay
   */
  public static List<Ranked> rank(
      List<Multiaddr> addresses, Collection<InetAddress> ownAddresses, int maxAddresses) {
    Set<Multiaddr> unique = new LinkedHashSet<>(addresses);
    List<Multiaddr> loopback = new ArrayList<>();
    List<Multiaddr> local = new ArrayList<>();
    List<Multiaddr> open = new ArrayList<>();
    List<Multiaddr> relayed = new ArrayList<>();
    for (Multiaddr a : unique) {
      if (isRelayed(a)) relayed.add(a);
      else if (a.isLoopback()) loopback.add(a);
      else if (a.isPrivate()) local.add(a);
      else open.add(a);
    }
    if (!onThisMachine(local, open, ownAddresses)) loopback.clear();
    List<Ranked> result = new ArrayList<>(unique.size());
    long start = 0;
    start = addGroup(result, loopback, start, LOCAL_STAGGER, GROUP_GAP);
    start = addGroup(result, local, start, LOCAL_STAGGER, GROUP_GAP);
    start = addGroup(result, open, start, PUBLIC_STAGGER, RELAY_GAP.minus(GROUP_GAP));
    if (!result.isEmpty() && open.isEmpty()) start += RELAY_GAP.minus(GROUP_GAP).toNanos();
    addGroup(result, relayed, start, PUBLIC_STAGGER, Duration.ZERO);
    result.sort((a, b) -> Long.compare(a.delayNanos, b.delayNanos));
    return result.size() <= maxAddresses
        ? List.copyOf(result)
        : List.copyOf(result.subList(0, maxAddresses));
  }

  private static boolean onThisMachine(
      List<Multiaddr> local, List<Multiaddr> open, Collection<InetAddress> own) {
    if (local.isEmpty() && open.isEmpty()) return true;
    return local.stream().anyMatch(a -> isOurs(a, own))
        || open.stream().anyMatch(a -> isOurs(a, own));
  }

  private static boolean isOurs(Multiaddr address, Collection<InetAddress> own) {
    return address
        .toTcpSocketAddress()
        .map(InetSocketAddress::getAddress)
        .filter(own::contains)
        .isPresent();
  }

  private static boolean isRelayed(Multiaddr address) {
    return address.toString().contains("/p2p-circuit");
  }

  /** Appends one group and returns when the next may begin. */
  private static long addGroup(
      List<Ranked> result, List<Multiaddr> group, long start, Duration stagger, Duration gap) {
    if (group.isEmpty()) return start;
    List<Multiaddr> six = group.stream().filter(Multiaddr::isIp6).toList();
    List<Multiaddr> four = group.stream().filter(a -> !a.isIp6()).toList();
    long delay = start;
    for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
      if (i < six.size()) {
        result.add(new Ranked(six.get(i), delay));
        delay += stagger.toNanos();
      }
      if (i < four.size()) {
        result.add(new Ranked(four.get(i), delay));
        delay += stagger.toNanos();
      }
    }
    return start + gap.toNanos();
  }
}
