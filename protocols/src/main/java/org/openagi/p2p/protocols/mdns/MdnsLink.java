package org.openagi.p2p.protocols.mdns;

import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * One way to speak multicast: a network interface and an IP version, with what to announce there.
 *
 * @param id number given by the owner of the sockets; never used again for another link
 * @param loopback whether it never leaves this machine
 * @param ownIps the interface's IP addresses, both versions: datagrams from them are from this
 *     machine
 * @param addresses our listen addresses that can be reached over this link; a peer id at the end is
 *     optional
 */
public record MdnsLink(int id, boolean loopback, List<Bytes> ownIps, List<Multiaddr> addresses) {

  /** Copies the lists. */
  public MdnsLink {
    ownIps = List.copyOf(ownIps);
    addresses = List.copyOf(addresses);
  }
}
