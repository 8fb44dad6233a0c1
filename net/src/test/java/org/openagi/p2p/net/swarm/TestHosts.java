package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.Refusal;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.openagi.p2p.protocols.liveness.LinkState;
import org.openagi.p2p.testkit.Await;

/** Hosts on loopback with free ports, stopped at the end of a test. */
final class TestHosts implements AutoCloseable {
  static final Multiaddr V4 = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
  static final Multiaddr V6 = Multiaddr.parse("/ip6/::1/tcp/0");

  private final List<Host> hosts = new ArrayList<>();
  private final SecureRandom random = new SecureRandom();

  static HostConfig config() {
    return HostConfig.defaults().withListenAddresses(List.of(V4)).withIoThreads(1);
  }

  Host start(HostConfig config) {
    Host host = create(config);
    get(host.start());
    return host;
  }

  Host start(UnaryOperator<HostConfig> change) {
    return start(change.apply(config()));
  }

  Host start() {
    return start(config());
  }

  Host create(HostConfig config) {
    Host host = Host.create(config, HostKey.generate(random));
    hosts.add(host);
    return host;
  }

  /** Waits up to 40 s. */
  static void await(String what, BooleanSupplier condition) {
    Await.until(Duration.ofSeconds(40), what, condition);
  }

  /** What a stage fails with. */
  static <T extends Throwable> T failure(Class<T> type, CompletionStage<?> stage) {
    FailedStage failed = assertThrows(FailedStage.class, () -> get(stage));
    return assertInstanceOf(type, failed.getCause());
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException r) throw r;
      throw new FailedStage(e.getCause());
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** A stage failed with a checked exception. */
  static final class FailedStage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedStage(Throwable cause) {
      super(cause);
    }
  }

  @Override
  public void close() {
    hosts.stream().map(h -> h.stop(Duration.ZERO)).toList().forEach(TestHosts::get);
  }

  /** Writes down what a host tells. */
  static final class Events implements HostListener {
    final List<String> log = new CopyOnWriteArrayList<>();
    final List<CloseReason> closed = new CopyOnWriteArrayList<>();
    final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    final List<DialException> dialFailures = new CopyOnWriteArrayList<>();
    final List<IdentifyMessage> identified = new CopyOnWriteArrayList<>();
    final List<LinkState> health = new CopyOnWriteArrayList<>();

    static Events of(Host host) {
      Events events = new Events();
      host.addListener(events);
      return events;
    }

    @Override
    public void onConnected(Connection connection) {
      log.add("connected " + connection.id());
    }

    @Override
    public void onIdentified(Connection connection, IdentifyMessage message) {
      identified.add(message);
      log.add("identified " + connection.id());
    }

    @Override
    public void onDisconnected(Connection connection, CloseReason reason) {
      closed.add(reason);
      log.add("disconnected " + connection.id());
    }

    @Override
    public void onHealthChanged(Connection connection, LinkState from, LinkState to, String why) {
      health.add(to);
    }

    @Override
    public void onRefused(Refusal refusal) {
      refusals.add(refusal);
    }

    @Override
    public void onDialFailed(
        java.util.Optional<org.openagi.p2p.core.identity.PeerId> peer, DialException failure) {
      dialFailures.add(failure);
    }
  }
}
