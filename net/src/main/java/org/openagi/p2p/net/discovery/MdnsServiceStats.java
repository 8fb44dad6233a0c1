package org.openagi.p2p.net.discovery;

import java.util.List;
import org.openagi.p2p.protocols.mdns.MdnsStats;

/**
 * What the service does. A consistent snapshot, at most one turn of its thread old.
 *
 * @param links sockets in use, as {@code interface/ipv4} or {@code interface/ipv6}; empty means that
 *     discovery does not work now
 * @param datagramsReceived datagrams read from the sockets
 * @param datagramsSent datagrams given to the system
 * @param sendFailures datagrams that the system refused
 * @param listenerFailures calls of the listener or of the address supplier that threw
 * @param mdns counters of the protocol
 */
public record MdnsServiceStats(
    List<String> links,
    long datagramsReceived,
    long datagramsSent,
    long sendFailures,
    long listenerFailures,
    MdnsStats mdns) {

  /** Copies the list. */
  public MdnsServiceStats {
    links = List.copyOf(links);
  }
}
