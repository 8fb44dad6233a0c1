package org.openagi.p2p.net.discovery;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.protocols.mdns.MdnsLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one socket per chosen interface and IP version, and tells the machine which links there
 * are. Confined to the thread of the service.
 */
final class MdnsSockets {

  /** After a failure an unchanged interface is tried again after this time. */
  private static final long RETRY_NANOS = 10_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(MdnsService.class);

  private record Key(String name, int index, boolean ipv6) {
    @Override
    public String toString() {
      return name + (ipv6 ? "/ipv6" : "/ipv4");
    }
  }

  /** A failure, remembered so that it is neither retried nor logged with every look. */
  private record Failure(InterfaceSnapshot at, long retryNanos) {}

  private final MdnsServiceConfig config;
  private final Selector selector;
  private final Map<Key, MdnsSocket> sockets = new LinkedHashMap<>();
  private final Map<Key, Failure> failures = new LinkedHashMap<>();
  private String lastProblem = "";
  private int nextLinkId = 1;

  MdnsSockets(MdnsServiceConfig config, Selector selector) {
    this.config = config;
    this.selector = selector;
  }

  /**
   * Opens and closes sockets as the interfaces are now.
   *
   * @param present hears every link that is there, changed or not
   * @param gone hears the links that are not there any more
   */
  void refresh(
      List<InterfaceSnapshot> all,
      List<Multiaddr> listen,
      long nowNanos,
      Consumer<MdnsLink> present,
      IntConsumer gone) {
    List<InterfaceSnapshot> chosen = InterfaceChoice.choose(all, config.interfaces(), listen);
    Map<Key, InterfaceSnapshot> wanted = new LinkedHashMap<>();
    for (InterfaceSnapshot each : chosen) {
      if (config.ipv4() && each.hasIpv4()) {
        wanted.put(new Key(each.name(), each.index(), false), each);
      }
      if (config.ipv6() && each.hasIpv6()) {
        wanted.put(new Key(each.name(), each.index(), true), each);
      }
    }
    for (Key key : List.copyOf(sockets.keySet())) {
      if (!wanted.containsKey(key)) {
        close(key, gone);
      }
    }
    failures.keySet().retainAll(wanted.keySet());
    // A link may fail while it is presented, which changes the sockets, not what is wanted.
    wanted.forEach((key, on) -> update(key, on, listen, nowNanos, present));
    reportState(all, chosen);
  }

  /** The socket of a link, or null. */
  @Nullable
  MdnsSocket get(int linkId) {
    for (MdnsSocket socket : sockets.values()) {
      if (socket.linkId() == linkId) {
        return socket;
      }
    }
    return null;
  }

  /** Closes the socket of a link that does not carry multicast, and tries again later. */
  void onFailure(int linkId, IOException cause, long nowNanos, IntConsumer gone) {
    for (Map.Entry<Key, MdnsSocket> each : List.copyOf(sockets.entrySet())) {
      if (each.getValue().linkId() == linkId) {
        fail(each.getKey(), each.getValue().on(), cause, nowNanos);
        close(each.getKey(), gone);
      }
    }
  }

  List<String> names() {
    return sockets.keySet().stream().map(Key::toString).toList();
  }

  void closeAll() {
    sockets.values().forEach(MdnsSocket::close);
    sockets.clear();
  }

  private void update(
      Key key,
      InterfaceSnapshot on,
      List<Multiaddr> listen,
      long nowNanos,
      Consumer<MdnsLink> present) {
    MdnsSocket socket = sockets.get(key);
    if (socket == null) {
      socket = open(key, on, nowNanos);
    }
    if (socket != null) {
      socket.setOn(on);
      present.accept(link(socket.linkId(), on, listen));
    }
  }

  private @Nullable MdnsSocket open(Key key, InterfaceSnapshot on, long nowNanos) {
    Failure earlier = failures.get(key);
    if (earlier != null && earlier.at().equals(on) && nowNanos < earlier.retryNanos()) {
      return null;
    }
    try {
      MdnsSocket socket =
          MdnsSocket.open(nextLinkId++, on, key.ipv6(), config.mdns().port(), selector);
      sockets.put(key, socket);
      if (earlier == null) {
        LOG.atDebug().addKeyValue("link", key).log("discovering on the local network");
      }
      return socket;
    } catch (IOException | UnsupportedOperationException e) {
      fail(key, on, e, nowNanos);
      return null;
    }
  }

  private void fail(Key key, InterfaceSnapshot on, Exception cause, long nowNanos) {
    Failure earlier = failures.put(key, new Failure(on, nowNanos + RETRY_NANOS));
    if (earlier == null) {
      LOG.atDebug()
          .addKeyValue("link", key)
          .addKeyValue("cause", cause.toString())
          .log("no multicast on this link");
    }
  }

  private void close(Key key, IntConsumer gone) {
    MdnsSocket socket = sockets.remove(key);
    if (socket != null) {
      socket.close();
      gone.accept(socket.linkId());
    }
  }

  private static MdnsLink link(int linkId, InterfaceSnapshot on, List<Multiaddr> listen) {
    List<Bytes> own = new ArrayList<>();
    on.addresses().forEach(s -> own.add(Bytes.wrap(s.address().getAddress())));
    return new MdnsLink(linkId, on.loopback(), own, LinkAddresses.reachable(on, listen));
  }

  /** One line when discovery stops or starts to work, and one for names that do not exist. */
  private void reportState(List<InterfaceSnapshot> all, List<InterfaceSnapshot> chosen) {
    String problem = problem(all, chosen);
    if (problem.equals(lastProblem)) {
      return;
    }
    lastProblem = problem;
    if (problem.isEmpty()) {
      LOG.atInfo().addKeyValue("links", names()).log("discovery on the local network works");
    } else {
      LOG.atWarn().addKeyValue("links", names()).log("discovery on the local network: {}", problem);
    }
  }

  private String problem(List<InterfaceSnapshot> all, List<InterfaceSnapshot> chosen) {
    TreeSet<String> missing = new TreeSet<>(config.interfaces());
    chosen.forEach(i -> missing.remove(i.name()));
    if (!missing.isEmpty()) {
      return "no interface "
          + String.join(", ", missing)
          + " that is up and has an address; there are "
          + String.join(", ", all.stream().map(InterfaceSnapshot::name).toList());
    }
    if (chosen.isEmpty()) {
      return "no interface can multicast; name one, or list peers yourself";
    }
    if (sockets.isEmpty()) {
      return "UDP port "
          + config.mdns().port()
          + " cannot be shared or multicast is refused on "
          + String.join(", ", chosen.stream().map(InterfaceSnapshot::name).toList())
          + "; stop a program that holds the port for itself, allow UDP to 224.0.0.251 and"
          + " ff02::fb in the firewall, or list peers yourself";
    }
    return "";
  }
}
