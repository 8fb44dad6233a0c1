package org.openagi.p2p.protocols.mdns;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.AddressProtocol;
import org.openagi.p2p.core.multiaddr.Component;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Which addresses have a place in local discovery, and their parts. */
final class AnnouncedAddress {

  static final String ATTRIBUTE = "dnsaddr=";

  private AnnouncedAddress() {}

  /** The IP address that a multiaddr begins with, 4 or 16 bytes. */
  static Optional<Bytes> ip(Multiaddr address) {
    if (address.components().isEmpty()) {
      return Optional.empty();
    }
    Component first = address.components().getFirst();
    boolean ip = first.protocol() == AddressProtocol.IP4 || first.protocol() == AddressProtocol.IP6;
    return ip ? Optional.of(first.value()) : Optional.empty();
  }

  /** The TCP port, or else the UDP port, behind the IP address; 0 if there is none. */
  static int port(Multiaddr address) {
    if (ip(address).isEmpty() || address.components().size() < 2) {
      return 0;
    }
    Component second = address.components().get(1);
    boolean port =
        second.protocol() == AddressProtocol.TCP || second.protocol() == AddressProtocol.UDP;
    return port ? Integer.parseInt(second.valueText()) : 0;
  }

  /**
   * Reads one string of a TXT record: {@code dnsaddr=} and an address of the form {@code
   * /ip…/tcp|udp/…/p2p/…}. Names, relays and unspecified addresses are no way to a neighbour, and
   * loopback leads to the sender only if it is on this machine.
   *
   * @param foreign whether another machine sent it
   * @return null if it is something else
   */
  static @Nullable Multiaddr read(Bytes text, boolean foreign) {
    String string = text.toUtf8();
    if (!string.startsWith(ATTRIBUTE)) {
      return null;
    }
    try {
      Multiaddr address = Multiaddr.parse(string.substring(ATTRIBUTE.length()));
      return usable(address, foreign) ? address : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean usable(Multiaddr address, boolean foreign) {
    Component last = address.components().getLast();
    return port(address) > 0
        && last.protocol() == AddressProtocol.P2P
        && !address.withoutPeerId().has(AddressProtocol.P2P)
        && !address.has(AddressProtocol.P2P_CIRCUIT)
        && !address.isUnspecified()
        && !isMulticast(address)
        && !(foreign && address.isLoopback());
  }

  private static boolean isMulticast(Multiaddr address) {
    return ip(address)
        .map(ip -> ip.length() == 4 ? (ip.get(0) & 0xf0) == 0xe0 : (ip.get(0) & 0xff) == 0xff)
        .orElse(false);
  }
}
