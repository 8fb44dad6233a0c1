package org.openagi.p2p.net.transport;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** What the system's errors mean for people. */
final class TcpErrors {
  private TcpErrors() {}

  static IOException ofDial(@Nullable Throwable cause, Duration timeout) {
    String text = textOf(cause);
    String message;
    if (cause instanceof ConnectTimeoutException) {
      message = "no answer within " + timeout.toMillis() + " ms";
    } else if (text.contains("refused")) {
      message = "connection refused: nobody listens there";
    } else if (cause instanceof NoRouteToHostException || text.contains("route to host")) {
      message = "no route to the host";
    } else if (text.contains("unreachable")) {
      message = "the network is unreachable from here";
    } else {
      message = "connecting failed: " + text;
    }
    return new IOException(message, cause);
  }

  static IOException ofListen(
      Multiaddr address, InetSocketAddress local, @Nullable Throwable cause) {
    String text = textOf(cause);
    String host = local.getAddress().getHostAddress();
    String message;
    if (text.contains("in use")) {
      message =
          "port " + local.getPort() + " on " + host + " is in use: choose another with --listen "
              + withPortZero(address) + " or stop the other process";
    } else if (text.contains("assign")) {
      message = host + " is not an address of this machine: listen on one of its own, or on "
          + (host.contains(":") ? "/ip6/::" : "/ip4/0.0.0.0") + " for all";
    } else if (text.contains("permission") || text.contains("denied")) {
      message = "port " + local.getPort() + " on " + host
          + " needs more rights than this process has: choose a port above 1023";
    } else {
      message = "cannot listen on " + address + ": " + text;
    }
    return new IOException(message, cause);
  }

  private static String withPortZero(Multiaddr address) {
    return address.toString().replaceFirst("/tcp/[0-9]+", "/tcp/0");
  }

  private static String textOf(@Nullable Throwable cause) {
    if (cause == null) return "cancelled";
    String text = cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text.toLowerCase(Locale.ROOT);
  }
}
