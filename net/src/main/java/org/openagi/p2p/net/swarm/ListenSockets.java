package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.transport.Transport;
import org.openagi.p2p.net.transport.TransportListener;

/**
 * The sockets we listen on and the addresses that others can use to reach them. Sockets are opened
 * and closed by net-control; the addresses are safe for any thread.
 */
final class ListenSockets {
  private final List<Transport> transports;
  private final BiConsumer<Transport, Channel> onAccepted;
  private final List<TransportListener> open = new ArrayList<>();
  private volatile List<Multiaddr> addresses = List.of();
  private volatile Set<InetAddress> ownAddresses = Set.of();

  ListenSockets(List<Transport> transports, BiConsumer<Transport, Channel> onAccepted) {
    this.transports = transports;
    this.onAccepted = onAccepted;
  }

  /** Opens sockets one after the other; fails with the first that can't be opened. */
  CompletionStage<Void> open(List<Multiaddr> wanted, java.util.concurrent.Executor control) {
    CompletableFuture<Void> result = CompletableFuture.completedFuture(null);
    for (Multiaddr address : wanted) {
      result =
          result.thenComposeAsync(v -> open(address), control).thenAcceptAsync(open::add, control);
    }
    return result.thenRunAsync(this::refresh, control);
  }

  private CompletionStage<TransportListener> open(Multiaddr address) {
    for (Transport t : transports) {
      if (t.canListen(address)) return t.listen(address, channel -> onAccepted.accept(t, channel));
    }
    return CompletableFuture.failedFuture(
        new IOException("no transport to listen on " + address + " (have: "
            + String.join(", ", transports.stream().map(Transport::name).toList()) + ")"));
  }

  CompletionStage<Void> close() {
    List<CompletableFuture<Void>> closing =
        open.stream().map(l -> l.close().toCompletableFuture()).toList();
    open.clear();
    return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new));
  }

  /** Looks at the interfaces again; returns whether our addresses changed. */
  boolean refresh() {
    Set<InetAddress> own = interfaceAddresses();
    Set<Multiaddr> expanded = new LinkedHashSet<>();
    for (TransportListener l : open) expand(l.address(), own, expanded);
    List<Multiaddr> now = List.copyOf(expanded);
    boolean changed = !now.equals(addresses);
    ownAddresses = own;
    addresses = now;
    return changed;
  }

  private static void expand(Multiaddr address, Set<InetAddress> own, Set<Multiaddr> expanded) {
    InetSocketAddress socket = address.toTcpSocketAddress().orElse(null);
    if (socket == null || !address.isUnspecified()) {
      expanded.add(address);
      return;
    }
    boolean v6 = socket.getAddress() instanceof Inet6Address;
    for (InetAddress a : own) {
      // A link-local address means nothing without the interface of who uses it.
      if (a instanceof Inet6Address != v6 || a.isLinkLocalAddress()) continue;
      expanded.add(Multiaddr.ofTcp(new InetSocketAddress(a, socket.getPort())));
    }
  }

  private static Set<InetAddress> interfaceAddresses() {
    Set<InetAddress> own = new LinkedHashSet<>();
    try {
      for (NetworkInterface i : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (!i.isUp()) continue;
        for (InetAddress a : Collections.list(i.getInetAddresses())) own.add(withoutScope(a));
      }
    } catch (SocketException | UnknownHostException e) {
      own.add(InetAddress.getLoopbackAddress()); // what every machine has
    }
    return own;
  }

  /** The system attaches the interface to every IPv6 address; only link-local ones need it. */
  private static InetAddress withoutScope(InetAddress address) throws UnknownHostException {
    return address.isLinkLocalAddress() ? address : InetAddress.getByAddress(address.getAddress());
  }

  /** Resolved and expanded addresses, without {@code /p2p}. */
  List<Multiaddr> addresses() {
    return addresses;
  }

  /** What to tell other peers: loopback addresses only if there are no others. */
  List<Multiaddr> announced() {
    List<Multiaddr> all = addresses;
    List<Multiaddr> reachable = all.stream().filter(a -> !a.isLoopback()).toList();
    return reachable.isEmpty() ? all : reachable;
  }

  /** IP addresses of this machine's interfaces. */
  Set<InetAddress> ownAddresses() {
    return ownAddresses;
  }
}
