package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether a TCP connection to an address comes about, and if not, how it fails. */
final class DialCheck {
  /** Addresses of a peer that are tried. */
  static final int ADDRESSES_MAX = 8;

  private static final String STEP = "dial";
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  private DialCheck() {}

  /** Tries the addresses; those that are not TCP are told as such. */
  static List<Finding> of(List<String> addresses) {
    List<Finding> findings = new ArrayList<>();
    for (String each : addresses.stream().limit(ADDRESSES_MAX).toList()) findings.add(dial(each));
    return findings;
  }

  private static Finding dial(String address) {
    Optional<InetSocketAddress> socket = socket(address);
    if (socket.isEmpty()) return Finding.unknown(STEP, address + " is no address of TCP");
    long start = System.nanoTime();
    try (Socket to = new Socket()) {
      to.connect(socket.get(), (int) TIMEOUT.toMillis());
      double millis = (System.nanoTime() - start) / 1e6;
      return Finding.good(
          STEP, String.format(Locale.ROOT, "%s answers after %.1f ms", address, millis));
    } catch (SocketTimeoutException e) {
      return Finding.bad(
          STEP,
          "PORT_BLOCKED",
          "nothing comes back from " + address + " within " + TIMEOUT.toSeconds()
              + " s: a packet filter drops what is sent there, or that machine is off",
          "let TCP port " + socket.get().getPort() + " pass at the peer and on the way; if ping of"
              + " the machine fails as well, look whether it is on");
    } catch (NoRouteToHostException e) {
      return noRoute(address);
    } catch (ConnectException e) {
      return refusedOrUnreachable(address, socket.get().getPort(), e);
    } catch (IOException e) {
      boolean isRoute = String.valueOf(e.getMessage()).contains("unreachable");
      return isRoute
          ? noRoute(address)
          : Finding.bad(
              STEP, "NOT_DIALED", address + ": " + e.getMessage(), "look at that address");
    }
  }

  private static Finding refusedOrUnreachable(String address, int port, ConnectException e) {
    String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (why.contains("unreachable") || why.contains("route")) return noRoute(address);
    if (why.contains("timed out")) {
      return Finding.bad(
          STEP,
          "PORT_BLOCKED",
          "nothing comes back from " + address,
          "let TCP port " + port + " pass at the peer and on the way");
    }
    return Finding.bad(
        STEP,
        "PEER_DOWN",
        "the machine at " + address
            + " answers that nobody listens there: the peer does not run, has"
            + " another port, or a packet filter rejects",
        "start the peer, or ask it for its address: p2p status there");
  }

  private static Finding noRoute(String address) {
    return Finding.bad(
        STEP,
        "NO_ROUTE",
        "there is no way from here to " + address,
        "look at ip route and at the cable or radio network");
  }

  /** The part {@code /ip4/HOST/tcp/PORT} of an address; names are resolved. */
  static Optional<InetSocketAddress> socket(String address) {
    String[] parts = address.split("/", -1);
    if (parts.length < 5 || !parts[3].equals("tcp")) return Optional.empty();
    if (!List.of("ip4", "ip6", "dns", "dns4", "dns6").contains(parts[1])) return Optional.empty();
    try {
      int port = Integer.parseInt(parts[4]);
      return port < 1 || port > 65_535
          ? Optional.empty()
          : Optional.of(new InetSocketAddress(parts[2], port));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
