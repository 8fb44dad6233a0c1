package org.openagi.p2p.net.discovery;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.protocols.mdns.MdnsEndpoint;

/**
 * The multicast socket of one interface and IP version. Confined to the thread of the service.
 *
 * <p>It is bound to the group and not to the wildcard address where the system allows it: so it
 * sees what was sent to the group on this interface and nothing else. A wildcard socket would also
 * get, instead of the system's responder, unicast datagrams to port 5353, and those may come from
 * beyond the link.
 */
final class MdnsSocket {

  private static final byte[] GROUP_IPV4 = {(byte) 224, 0, 0, (byte) 251};
  private static final byte[] GROUP_IPV6 = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xfb
  };

  /** RFC 6762 section 11: others may check that a datagram passed no router. */
  private static final int HOP_LIMIT = 255;

  private final int linkId;
  private final DatagramChannel channel;
  private final int interfaceIndex;
  private final InetSocketAddress group;
  private final boolean groupBound;
  private InterfaceSnapshot on;

  private MdnsSocket(
      int linkId,
      DatagramChannel channel,
      InetSocketAddress group,
      boolean groupBound,
      InterfaceSnapshot on) {
    this.linkId = linkId;
    this.channel = channel;
    this.group = group;
    this.groupBound = groupBound;
    this.on = on;
    interfaceIndex = on.index();
  }

  /**
   * Opens, binds and joins.
   *
   * @throws IOException if the system refuses any step
   */
  static MdnsSocket open(
      int linkId, InterfaceSnapshot on, boolean ipv6, int port, Selector selector)
      throws IOException {
    ProtocolFamily family = ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    DatagramChannel channel = openChannel(family);
    boolean done = false;
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      NetworkInterface networkInterface = chooseInterface(channel, on.index());
      channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
      channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, HOP_LIMIT);
      InetSocketAddress group = new InetSocketAddress(group(ipv6, on.index()), port);
      boolean groupBound = bind(channel, group);
      channel.join(group.getAddress(), networkInterface);
      channel.configureBlocking(false);
      MdnsSocket socket = new MdnsSocket(linkId, channel, group, groupBound, on);
      channel.register(selector, SelectionKey.OP_READ, socket);
      done = true;
      return socket;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  int linkId() {
    return linkId;
  }

  InterfaceSnapshot on() {
    return on;
  }

  void setOn(InterfaceSnapshot changed) {
    on = changed;
  }

  /**
   * Reads one datagram into the buffer, which is then ready to be read.
   *
   * @return its sender; null if there is no datagram, or none that may be looked at
   */
  @Nullable
  Received receive(ByteBuffer buffer) throws IOException {
    buffer.clear();
    InetSocketAddress source = (InetSocketAddress) channel.receive(buffer);
    buffer.flip();
    if (source == null) {
      return null;
    }
    InetAddress address = source.getAddress();
    boolean acceptable =
        address instanceof Inet6Address == group.getAddress() instanceof Inet6Address
            && (groupBound || on.isOnLink(address));
    return new Received(
        new MdnsEndpoint(Bytes.wrap(address.getAddress()), source.getPort()), acceptable);
  }

  /** A sender, and whether its datagram may be looked at (RFC 6762 section 11). */
  record Received(MdnsEndpoint source, boolean acceptable) {}

  /** Sends a datagram to one host, or to the group if there is no destination. */
  void send(Bytes payload, @Nullable MdnsEndpoint destination) throws IOException {
    if (destination != null) {
      InetAddress to = address(destination.ip().toArray());
      channel.send(payload.asByteBuffer(), new InetSocketAddress(to, destination.port()));
      return;
    }
    try {
      channel.send(payload.asByteBuffer(), group);
    } catch (IOException e) {
      // IPv4 names the interface by an address, which may have just been taken from it.
      chooseInterface(channel, interfaceIndex);
      channel.send(payload.asByteBuffer(), group);
    }
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("closing a datagram socket failed", e);
    }
  }

  private InetAddress address(byte[] ip) throws IOException {
    return ip.length == 16
        ? Inet6Address.getByAddress(null, ip, interfaceIndex)
        : InetAddress.getByAddress(ip);
  }

  private static NetworkInterface chooseInterface(DatagramChannel channel, int index)
      throws IOException {
    NetworkInterface chosen = NetworkInterface.getByIndex(index);
    if (chosen == null) {
      throw new IOException("the interface with index " + index + " is gone");
    }
    channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, chosen);
    return chosen;
  }

  private static DatagramChannel openChannel(ProtocolFamily family) throws IOException {
    try {
      return DatagramChannel.open(family);
    } catch (UnsupportedOperationException e) {
      throw new IOException("this system has no " + family, e);
    }
  }

  private static boolean bind(DatagramChannel channel, InetSocketAddress group) throws IOException {
    try {
      channel.bind(group);
      return true;
    } catch (IOException e) {
      channel.bind(new InetSocketAddress(group.getPort()));
      return false;
    }
  }

  private static InetAddress group(boolean ipv6, int interfaceIndex) throws IOException {
    return ipv6
        ? Inet6Address.getByAddress(null, GROUP_IPV6, interfaceIndex)
        : InetAddress.getByAddress(GROUP_IPV4);
  }
}
