package org.openagi.p2p.net.discovery;

import java.util.List;
import java.util.function.Predicate;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Which interfaces to discover on: a pure rule. */
final class InterfaceChoice {

  /** Interfaces used at once, at most; hosts of containers have hundreds of virtual ones. */
  static final int MAX_INTERFACES = 16;

  private InterfaceChoice() {}

  /**
   * Chooses in this order: the named ones; else all that can multicast, without loopback and
   * point-to-point; and loopback, if nothing can be announced on any of those.
   *
   * @param all what is there, in the order of preference
   * @param listen our listen addresses
   */
  static List<InterfaceSnapshot> choose(
      List<InterfaceSnapshot> all, List<String> names, List<Multiaddr> listen) {
    if (!names.isEmpty()) {
      return take(all, i -> names.contains(i.name()));
    }
    List<InterfaceSnapshot> outer =
        take(all, i -> i.multicast() && !i.loopback() && !i.pointToPoint());
    boolean heard =
        outer.stream().anyMatch(i -> !LinkAddresses.reachable(i, listen).isEmpty());
    if (!outer.isEmpty() && (heard || listen.isEmpty())) {
      return outer;
    }
    return take(all, i -> i.loopback() || outer.contains(i));
  }

  private static List<InterfaceSnapshot> take(
      List<InterfaceSnapshot> all, Predicate<InterfaceSnapshot> wanted) {
    return all.stream().filter(wanted).limit(MAX_INTERFACES).toList();
  }
}
