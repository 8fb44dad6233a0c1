package org.openagi.p2p.net.discovery;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.protocols.mdns.Mdns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds peers on the local network and lets them find this node, by multicast DNS. Safe for any
 * thread.
 *
 * <p>One daemon thread does everything; it calls the listener. If the system refuses multicast, the
 * service says so in one line of the log, keeps trying with every look at the interfaces, and the
 * node lives without it: see {@link MdnsServiceStats#links}.
 */
public final class MdnsService {

  /** How long {@link #stop} waits for the good-bye to be sent. */
  private static final long STOP_MILLIS = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(MdnsService.class);

  private final MdnsServiceConfig config;
  private final PeerId self;
  private final Supplier<List<Multiaddr>> addresses;
  private final DiscoveryListener listener;
  private final TimeSource time;
  private final RandomGenerator random;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile @Nullable MdnsLoop loop;
  private volatile @Nullable Thread thread;

  /**
   * Makes a service that does nothing yet.
   *
   * @param self our peer id: what is said under it is not reported
   * @param addresses our listen addresses, asked on the service's thread with every look at the
   *     interfaces; 0.0.0.0 and :: are expanded for each interface
   * @param listener hears of peers
   */
  public MdnsService(
      MdnsServiceConfig config,
      PeerId self,
      Supplier<List<Multiaddr>> addresses,
      DiscoveryListener listener) {
    this(config, self, addresses, listener, TimeSource.system(), RandomGenerator.getDefault());
  }

  MdnsService(
      MdnsServiceConfig config,
      PeerId self,
      Supplier<List<Multiaddr>> addresses,
      DiscoveryListener listener,
      TimeSource time,
      RandomGenerator random) {
    this.config = config;
    this.self = self;
    this.addresses = addresses;
    this.listener = listener;
    this.time = time;
    this.random = random;
  }

  /**
   * Opens the sockets, announces this node and asks for others. Can be called once; a second call
   * does nothing. Never throws for what the network lacks.
   *
   * @return whether at least one interface works now
   */
  public boolean start() {
    if (!started.compareAndSet(false, true)) {
      return isActive();
    }
    try {
      Mdns machine = new Mdns(config.mdns(), self, random);
      MdnsLoop created = new MdnsLoop(config, machine, addresses, listener, time, Selector.open());
      created.refreshInterfaces();
      Thread runner = Thread.ofPlatform().name("mdns").daemon().unstarted(created);
      loop = created;
      thread = runner;
      runner.start();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("cause", e)
          .log("discovery on the local network is off: no selector could be opened; raise the limit"
              + " of open files and restart");
    }
    return isActive();
  }

  /** Asks for peers now, several times within a few seconds, as after start. */
  public void queryNow() {
    MdnsLoop running = loop;
    if (running != null) {
      running.requestQuery();
    }
  }

  /** Looks at interfaces and listen addresses now, not only at the next interval. */
  public void addressesChanged() {
    MdnsLoop running = loop;
    if (running != null) {
      running.requestRefresh();
    }
  }

  /**
   * Says good-bye and closes the sockets; waits for that, at most a second. The listener is not
   * called afterwards. Harmless if repeated or never started.
   */
  public void stop() {
    MdnsLoop running = loop;
    Thread runner = thread;
    if (running == null || runner == null) {
      return;
    }
    running.requestStop();
    if (Thread.currentThread().equals(runner)) {
      return;
    }
    try {
      if (!runner.join(Duration.ofMillis(STOP_MILLIS))) {
        LOG.atWarn()
            .addKeyValue("waitedMillis", STOP_MILLIS)
            .log("the discovery thread has not stopped; a listener is probably blocking it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All peers known now with their addresses. */
  public Map<PeerId, List<Multiaddr>> peers() {
    MdnsLoop running = loop;
    return running == null ? Map.of() : running.peers();
  }

  /** Counters and the sockets in use; zeros before the start. */
  public MdnsServiceStats stats() {
    MdnsLoop running = loop;
    return running == null ? MdnsLoop.noStats() : running.stats();
  }

  private boolean isActive() {
    return !stats().links().isEmpty();
  }
}
