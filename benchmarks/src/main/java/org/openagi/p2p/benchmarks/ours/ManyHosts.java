package org.openagi.p2p.benchmarks.ours;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;

/**
 * The other ends of many connections: a host with a key of its own for each, since a node keeps one
 * connection to a peer. They are made beforehand; only connecting is timed.
 */
final class ManyHosts implements BenchSystem.Dialer {
  private static final int DIALS_AT_A_TIME = 32;
  private static final int LIMIT_SECONDS = 60;

  /** More than the scenario dials to warm up. */
  private static final int SPARE_HOSTS = 64;

  private final Multiaddr address;
  private final List<Host> ready = new ArrayList<>();

  ManyHosts(Settings settings, Multiaddr address) {
    this.address = address;
    String security = settings.security().equals("tls") ? HostConfig.TLS : HostConfig.NOISE;
    HostConfig config = HostConfig.defaults()
        .withListenAddresses(List.of())
        .withIoThreads(1)
        .withTimeouts(
            HostConfig.Timeouts.defaults().withHandshake(Duration.ofSeconds(LIMIT_SECONDS)))
        .withSecurity(List.of(security));
    var random = new SecureRandom();
    for (int i = 0; i < settings.connections() + SPARE_HOSTS; i++) {
      Host host = Host.create(config, HostKey.generate(random));
      host.start().toCompletableFuture().join();
      ready.add(host);
    }
  }

  @Override
  public void open(int connections) throws Exception {
    var permits = new Semaphore(DIALS_AT_A_TIME);
    var all = new ArrayList<CompletableFuture<Connection>>();
    for (int i = 0; i < connections; i++) {
      if (!permits.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a dial takes too long");
      }
      CompletableFuture<Connection> dial =
          ready.removeLast().connect(address).toCompletableFuture();
      dial.whenComplete((connection, failure) -> permits.release());
      all.add(dial);
    }
    for (CompletableFuture<Connection> dial : all) dial.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
