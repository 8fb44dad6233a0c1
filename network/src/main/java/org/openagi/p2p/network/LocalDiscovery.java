package org.openagi.p2p.network;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.discovery.DiscoveryListener;
import org.openagi.p2p.net.discovery.MdnsService;
import org.openagi.p2p.net.discovery.MdnsServiceConfig;
import org.openagi.p2p.network.config.Discovery;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;

/**
 * Announces this node on the local network and hears of others, if the configuration wants that.
 * Safe for any thread.
 */
final class LocalDiscovery implements DiscoveryListener, HostListener {
  private final Host host;
  private final PeerKeeper keeper;
  private final EventBus events;
  private final TimeSource time;
  private final @Nullable MdnsService service;

  /** Bounded by the discovery service, which says of each one when it is gone. */
  private final Set<PeerId> announced = ConcurrentHashMap.newKeySet();

  LocalDiscovery(P2PConfig config, Host host, PeerKeeper keeper, EventBus events, TimeSource time) {
    this.host = host;
    this.keeper = keeper;
    this.events = events;
    this.time = time;
    this.service = config.discovery() == Discovery.ZEROCONF ? service(config) : null;
  }

  private MdnsService service(P2PConfig config) {
    MdnsServiceConfig defaults = MdnsServiceConfig.defaults();
    MdnsServiceConfig mdns = defaults
        .withInterfaces(config.interfaces())
        .withMdns(defaults.mdns().withServiceName(config.service()));
    return new MdnsService(mdns, host.peerId(), host::listenAddresses, this);
  }

  void start() {
    if (service == null) return;
    host.addListener(this);
    if (service.start()) return;
    events.publish(new FaultEvent(
        now(),
        Fault.DISCOVERY_FAILED,
        Optional.empty(),
        "no network interface can be used for multicast DNS now",
        "peers on the local network are not found; it is tried again with every look at the"
            + " interfaces, and --peer works without it"));
  }

  void stop() {
    if (service != null) service.stop();
  }

  /** Asks everybody to answer now. */
  void ask() {
    if (service != null) service.queryNow();
  }

  /** The peers that announce themselves now, in a fixed order. */
  Set<PeerId> announced() {
    return new TreeSet<>(announced);
  }

  @Override
  public void onPeer(PeerId peer, List<Multiaddr> addresses) {
    if (peer.equals(host.peerId())) return;
    announced.add(peer);
    events.publish(new NetworkEvent.PeerDiscovered(now(), peer, addresses));
    keeper.onAnnounced(peer, addresses);
  }

  @Override
  public void onPeerGone(PeerId peer) {
    announced.remove(peer);
    keeper.onAnnouncementGone(peer);
  }

  @Override
  public void onListenAddressesChanged(List<Multiaddr> addresses) {
    if (service != null) service.addressesChanged();
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
