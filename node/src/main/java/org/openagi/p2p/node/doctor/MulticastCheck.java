package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.Discovery;
import org.openagi.p2p.network.config.P2PConfig;

/**
 * Whether nodes can announce themselves here: on each interface a question for a name of its own is sent to the group of
 * multicast DNS, and has to be heard by this machine itself. That the network hands it on to others cannot be seen from here.
 */
public final class MulticastCheck {
  private static final String STEP = "multicast";
  private static final int PORT = 5353;
  private static final byte[] GROUP = {(byte) 224, 0, 0, (byte) 251};
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int PACKET_MAX = 9000;
  private static final int INTERFACES_MAX = 16;

  private MulticastCheck() {}

  /** Looks at the interfaces that a node with this configuration would use. */
  public static List<Finding> of(P2PConfig config) {
    if (config.get(ConfigKeys.DISCOVERY) != Discovery.ZEROCONF) {
      return List.of(Finding.note(
          STEP,
          "DISCOVERY_OFF",
          "discovery is manual: peers are found by their addresses only",
          ""));
    }
    try {
      List<String> names = config.get(ConfigKeys.INTERFACES);
      List<NetworkInterface> chosen = chosen(names);
      if (chosen.isEmpty()) return List.of(none(names));
      List<Finding> findings = new ArrayList<>();
      for (NetworkInterface each : chosen) findings.add(hear(each));
      return findings;
    } catch (IOException e) {
      return List.of(Finding.unknown(STEP, "the interfaces cannot be listed: " + e.getMessage()));
    }
  }

  private static List<NetworkInterface> chosen(List<String> names) throws IOException {
    List<NetworkInterface> chosen = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      boolean isNamed = names.contains(each.getName());
      boolean isUsual = names.isEmpty() && !each.isLoopback() && each.supportsMulticast();
      if (each.isUp() && hasAddress(each) && (isNamed || isUsual)) chosen.add(each);
    }
    return chosen.subList(0, Math.min(INTERFACES_MAX, chosen.size()));
  }

  private static boolean hasAddress(NetworkInterface of) {
    return of.inetAddresses().anyMatch(each -> each.getAddress().length == 4);
  }

  private static Finding none(List<String> names) throws IOException {
    List<String> lacking = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      boolean isWanted = names.isEmpty() ? !each.isLoopback() : names.contains(each.getName());
      if (isWanted && lacking.size() < INTERFACES_MAX) {
        lacking.add(each.getName() + " " + lack(each));
      }
    }
    String there = lacking.isEmpty()
        ? names.isEmpty() ? "there is none" : "there is none called " + String.join(", ", names)
        : String.join(", ", lacking);
    return Finding.bad(
        STEP,
        "NO_MULTICAST",
        "no interface can be used to find peers on the local network: " + there,
        "ip link set IFACE up multicast on, or name peers by their addresses with --peer");
  }

  private static String lack(NetworkInterface of) throws IOException {
    if (!of.isUp()) return "is down";
    return hasAddress(of) ? "has multicast switched off" : "has no IPv4 address";
  }

  private static Finding hear(NetworkInterface on) {
    try {
      return hears(on)
          ? Finding.good(STEP, "an own question is heard on " + on.getName())
          : noMulticast(on, "an own question is not heard");
    } catch (IOException e) {
      return noMulticast(on, String.valueOf(e.getMessage()));
    }
  }

  private static Finding noMulticast(NetworkInterface on, String why) {
    return Finding.bad(
        STEP,
        "NO_MULTICAST",
        "multicast does not work on " + on.getName() + ": " + why,
        "ip link set " + on.getName() + " multicast on, ip route add 224.0.0.0/4 dev "
            + on.getName() + ", let UDP port " + PORT
            + " pass, or name peers by their addresses with --peer");
  }

  private static boolean hears(NetworkInterface on) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    String label = "_p2p-" + HexFormat.of().formatHex(random);
    InetAddress group = InetAddress.getByAddress(GROUP);
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        Selector selector = Selector.open()) {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.bind(new InetSocketAddress(PORT));
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
      channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
      channel.join(group, on);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      channel.send(ByteBuffer.wrap(question(label)), new InetSocketAddress(group, PORT));
      return awaits(channel, selector, label);
    }
  }

  private static boolean awaits(DatagramChannel channel, Selector selector, String label)
      throws IOException {
    ByteBuffer packet = ByteBuffer.allocate(PACKET_MAX);
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (long left = PATIENCE.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      selector.select(left);
      selector.selectedKeys().clear();
      while (channel.receive(packet.clear()) != null) {
        String text = new String(packet.array(), 0, packet.position(), StandardCharsets.ISO_8859_1);
        if (text.contains(label)) return true;
      }
    }
    return false;
  }

  /** RFC 6762, section 5.4: a question for a pointer, whose answer may come to this socket alone. */
  private static byte[] question(String label) {
    ByteBuffer packet = ByteBuffer.allocate(128);
    packet.putShort((short) 0).putShort((short) 0).putShort((short) 1);
    packet.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    for (String part : List.of(label, "_udp", "local")) {
      packet.put((byte) part.length()).put(part.getBytes(StandardCharsets.US_ASCII));
    }
    packet.put((byte) 0).putShort((short) 12).putShort((short) 0x8001);
    byte[] bytes = new byte[packet.position()];
    packet.flip().get(bytes);
    return bytes;
  }
}
