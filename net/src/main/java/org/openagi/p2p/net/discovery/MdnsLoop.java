package org.openagi.p2p.net.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.protocols.mdns.DnsCodec;
import org.openagi.p2p.protocols.mdns.Mdns;
import org.openagi.p2p.protocols.mdns.MdnsEvent;
import org.openagi.p2p.protocols.mdns.MdnsLink;
import org.openagi.p2p.protocols.mdns.MdnsStats;
import org.openagi.p2p.protocols.mdns.MdnsTransmit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty cycle of discovery: wait for datagrams or the next deadline, feed the machine, send what
 * it has to say, tell the listener. Everything but the {@code request…} methods and the snapshots is
 * confined to the thread that runs it.
 */
final class MdnsLoop implements Runnable {

  /** Datagrams read from one socket before answers go out and others get their turn. */
  private static final int READS_PER_TURN = 64;

  private static final Logger LOG = LoggerFactory.getLogger(MdnsService.class);

  private final MdnsServiceConfig config;
  private final Mdns machine;
  private final Supplier<List<Multiaddr>> addresses;
  private final DiscoveryListener listener;
  private final TimeSource time;
  private final Selector selector;
  private final MdnsSockets sockets;
  // One byte more than a message may have, so that longer ones are seen as such.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(DnsCodec.MAX_MESSAGE_BYTES + 1);
  private long nextRefreshNanos;
  private List<Multiaddr> lastAddresses = List.of();

  private volatile boolean stopRequested;
  private volatile boolean queryRequested;
  private volatile boolean refreshRequested;
  private volatile MdnsServiceStats stats = noStats();
  // Written by the thread of the loop alone.
  private final Map<PeerId, List<Multiaddr>> peers = new ConcurrentHashMap<>();

  private long datagramsReceived;
  private long datagramsSent;
  private long sendFailures;
  private long listenerFailures;

  MdnsLoop(
      MdnsServiceConfig config,
      Mdns machine,
      Supplier<List<Multiaddr>> addresses,
      DiscoveryListener listener,
      TimeSource time,
      Selector selector) {
    this.config = config;
    this.machine = machine;
    this.addresses = addresses;
    this.listener = listener;
    this.time = time;
    this.selector = selector;
    sockets = new MdnsSockets(config, selector);
  }

  static MdnsServiceStats noStats() {
    return new MdnsServiceStats(
        List.of(), 0, 0, 0, 0, new MdnsStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  // From any thread.

  void requestStop() {
    stopRequested = true;
    selector.wakeup();
  }

  void requestQuery() {
    queryRequested = true;
    selector.wakeup();
  }

  void requestRefresh() {
    refreshRequested = true;
    selector.wakeup();
  }

  MdnsServiceStats stats() {
    return stats;
  }

  Map<PeerId, List<Multiaddr>> peers() {
    return Map.copyOf(peers);
  }

  // The thread.

  @Override
  public void run() {
    try {
      while (!stopRequested) {
        turn();
      }
      machine.stop();
      transmit(time.nanoTime());
    } catch (IOException e) {
      LOG.atError()
          .setCause(e)
          .log("discovery on the local network has ended: the selector failed");
    } finally {
      close();
    }
  }

  private void turn() throws IOException {
    transmit(time.nanoTime());
    report();
    publish();
    await();
    receive();
    long nowNanos = time.nanoTime();
    if (refreshRequested || nowNanos >= nextRefreshNanos) {
      refreshRequested = false;
      refreshInterfaces();
    }
    if (queryRequested) {
      queryRequested = false;
      machine.queryNow(nowNanos);
    }
    machine.onTimeout(nowNanos);
  }

  /** Follows the interfaces and our listen addresses. Before the thread runs, called by its maker. */
  void refreshInterfaces() {
    long nowNanos = time.nanoTime();
    nextRefreshNanos = nowNanos + config.interfaceCheckInterval().toNanos();
    try {
      sockets.refresh(
          InterfaceSnapshot.all(),
          listenAddresses(),
          nowNanos,
          link -> setLink(link, nowNanos),
          machine::removeLink);
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug().addKeyValue("cause", e.toString()).log("the interfaces cannot be listed now");
    }
    publish();
  }

  private void setLink(MdnsLink link, long nowNanos) {
    machine.setLink(link, nowNanos);
    // At once: others need not wait for the next link to open, and the first datagram shows whether
    // this one carries multicast at all.
    transmit(nowNanos);
  }

  private List<Multiaddr> listenAddresses() {
    try {
      lastAddresses = List.copyOf(addresses.get());
    } catch (RuntimeException e) {
      countListenerFailure(e);
    }
    return lastAddresses;
  }

  private void await() throws IOException {
    long untilNanos = Math.min(machine.nextDeadlineNanos(), nextRefreshNanos);
    long waitMillis = Math.ceilDiv(untilNanos - time.nanoTime(), 1_000_000L);
    if (waitMillis <= 0 || stopRequested) {
      selector.selectNow();
    } else {
      selector.select(waitMillis);
    }
  }

  private void receive() {
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid() && key.attachment() instanceof MdnsSocket socket) {
        receive(socket);
      }
    }
    selector.selectedKeys().clear();
  }

  private void receive(MdnsSocket socket) {
    try {
      for (int i = 0; i < READS_PER_TURN; i++) {
        MdnsSocket.Received received = socket.receive(buffer);
        if (received == null) {
          return;
        }
        datagramsReceived++;
        if (received.acceptable()) {
          long nowNanos = time.nanoTime();
          machine.onDatagram(socket.linkId(), received.source(), Bytes.copyOf(buffer), nowNanos);
        }
      }
    } catch (IOException e) {
      sockets.onFailure(socket.linkId(), e, time.nanoTime(), machine::removeLink);
    }
  }

  private void transmit(long nowNanos) {
    MdnsTransmit next = machine.pollTransmit();
    while (next != null) {
      send(next, nowNanos);
      next = machine.pollTransmit();
    }
  }

  private void send(MdnsTransmit transmit, long nowNanos) {
    MdnsSocket socket = sockets.get(transmit.linkId());
    if (socket == null) {
      return;
    }
    try {
      socket.send(transmit.payload(), transmit.destination());
      datagramsSent++;
    } catch (IOException e) {
      sendFailures++;
      // A unicast answer can fail for reasons of its receiver; the group is the link.
      if (transmit.destination() == null) {
        sockets.onFailure(transmit.linkId(), e, nowNanos, machine::removeLink);
      }
    }
  }

  private void report() {
    MdnsEvent event = machine.pollEvent();
    while (event != null) {
      tell(event);
      event = machine.pollEvent();
    }
  }

  private void tell(MdnsEvent event) {
    try {
      switch (event) {
        case MdnsEvent.PeerFound found -> {
          peers.put(found.peer(), found.addresses());
          LOG.atDebug()
              .addKeyValue("peer", found.peer().shortString())
              .addKeyValue("addresses", found.addresses())
              .log("peer on the local network");
          listener.onPeer(found.peer(), found.addresses());
        }
        case MdnsEvent.PeerGone gone -> {
          peers.remove(gone.peer());
          LOG.atDebug()
              .addKeyValue("peer", gone.peer().shortString())
              .addKeyValue("cause", gone.cause())
              .log("peer has left the local network");
          listener.onPeerGone(gone.peer());
        }
      }
    } catch (RuntimeException e) {
      countListenerFailure(e);
    }
  }

  private void countListenerFailure(RuntimeException cause) {
    if (listenerFailures++ == 0) {
      LOG.atError()
          .setCause(cause)
          .log("the listener or address supplier of discovery threw; further failures are counted");
    }
  }

  private void publish() {
    stats = new MdnsServiceStats(
        sockets.names(),
        datagramsReceived,
        datagramsSent,
        sendFailures,
        listenerFailures,
        machine.stats());
  }

  private void close() {
    sockets.closeAll();
    publish();
    try {
      selector.close();
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("cause", e.toString()).log("closing the selector failed");
    }
  }
}
