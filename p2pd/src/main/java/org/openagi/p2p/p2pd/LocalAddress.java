package org.openagi.p2p.p2pd;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.openagi.p2p.core.multiaddr.AddressProtocol;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Addresses that do not leave this machine. Stateless. */
final class LocalAddress {
  private LocalAddress() {}

  static boolean isUnix(Multiaddr address) {
    return address.components().size() == 1 && address.has(AddressProtocol.UNIX);
  }

  /** The socket address of {@code /unix/PATH} or of {@code /ip4|ip6/LOOPBACK/tcp/PORT}; empty for all others. */
  static Optional<SocketAddress> of(Multiaddr address) {
    if (isUnix(address)) {
      return Optional.of(UnixDomainSocketAddress.of(path(address)));
    }
    Multiaddr bare = address.withoutPeerId();
    Optional<InetSocketAddress> tcp = bare.toTcpSocketAddress();
    return bare.isLoopback() ? tcp.map(known -> known) : Optional.empty();
  }

  static ProtocolFamily familyOf(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress) return StandardProtocolFamily.UNIX;
    InetAddress ip = ((InetSocketAddress) address).getAddress();
    return ip instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  static Path path(Multiaddr unix) {
    return Path.of(unix.components().getFirst().valueText());
  }
}
