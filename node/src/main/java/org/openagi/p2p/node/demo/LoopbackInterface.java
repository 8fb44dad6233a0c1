package org.openagi.p2p.node.demo;

import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.stream.Stream;

/** What the loopback interface is called here: {@code lo} on Linux, {@code lo0} on macOS. */
public final class LoopbackInterface {
  private static final String USUAL = "lo";

  private LoopbackInterface() {}

  /** Its name. */
  public static String name() {
    try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces()) {
      return all.filter(LoopbackInterface::isLoopback)
          .map(NetworkInterface::getName)
          .findFirst()
          .orElse(USUAL);
    } catch (SocketException | UncheckedIOException e) {
      return USUAL; // discovery will say what is wrong with it
    }
  }

  private static boolean isLoopback(NetworkInterface candidate) {
    try {
      return candidate.isLoopback() && candidate.isUp();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
