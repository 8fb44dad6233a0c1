package org.openagi.p2p.network.config;

import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What of a configuration is derived from the machine it runs on. */
final class Machine {
  private Machine() {}

  /** The data folder of a node by the XDG base directory specification. */
  static Path dataFolder(Optional<String> name, Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
    Path share =
        Path.of(xdg).isAbsolute() // a relative one is to be ignored, says the specification
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".local", "share");
    return share.resolve("openagi-p2p").resolve(name.orElse("default"));
  }

  /** Whether an interface of that name exists and is the loopback interface. */
  static boolean isLoopback(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      return found != null && found.isLoopback();
    } catch (SocketException e) {
      return false; // then listening on all addresses and discovery's own error say more
    }
  }

  /** Whether any interface has an IPv6 address. */
  static boolean hasIp6() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .anyMatch(Inet6Address.class::isInstance);
    } catch (SocketException e) {
      return false;
    }
  }
}
