package org.openagi.p2p.network.link;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.testkit.Await;

/** Hosts on the loopback interface with message services. */
final class LinkNodes implements AutoCloseable {
  private final SecureRandom random = new SecureRandom();
  private final List<Node> nodes = new ArrayList<>();

  /** One of them. */
  static final class Node implements AutoCloseable {
    final HostKey key;
    final Host host;
    final MessageService messages;

    Node(HostKey key, int loops, MessageConfig config, MessageStore store) throws Exception {
      this.key = key;
      host = Host.create(
          HostConfig.defaults()
              .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
              .withIoThreads(loops),
          key);
      messages = new MessageService(host, key, config, store, TimeSource.system());
      host.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    PeerId id() {
      return host.peerId();
    }

    Connection connect(Node other) throws Exception {
      return host.connect(other.host.listenAddresses().getFirst())
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
    }

    void disconnect() {
      host.connections().forEach(each -> each.abort(CloseReason.localRequest()));
    }

    @Override
    public void close() {
      messages.close(Duration.ZERO);
      host.close();
    }
  }

  Node start() throws Exception {
    return start(config -> config);
  }

  Node start(UnaryOperator<MessageConfig> change) throws Exception {
    return start(
        HostKey.generate(random), change, new MemoryMessageStore(random, TimeSource.system()));
  }

  /** With so many event loops. */
  Node start(int loops, UnaryOperator<MessageConfig> change) throws Exception {
    return start(
        HostKey.generate(random),
        loops,
        change,
        new MemoryMessageStore(random, TimeSource.system()));
  }

  Node start(HostKey key, UnaryOperator<MessageConfig> change, MessageStore store)
      throws Exception {
    return start(key, 1, change, store);
  }

  private Node start(
      HostKey key, int loops, UnaryOperator<MessageConfig> change, MessageStore store)
      throws Exception {
    Node node = new Node(key, loops, change.apply(MessageConfig.defaults()), store);
    nodes.add(node);
    return node;
  }

  static Outcome end(Delivery delivery) throws Exception {
    return delivery.outcome().get(30, TimeUnit.SECONDS);
  }

  static void await(String what, BooleanSupplier condition) {
    Await.until(Duration.ofSeconds(40), what, condition);
  }

  @Override
  public void close() {
    nodes.forEach(Node::close);
  }
}
