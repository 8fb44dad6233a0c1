package org.openagi.p2p.benchmarks.ours;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.BroadcastSystem;
import org.openagi.p2p.benchmarks.worker.OvertakeSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.RestSystem;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;

/** The network itself. Its address is a multiaddr with the peer id. */
public final class OurSystem implements BenchSystem, OvertakeSystem, BroadcastSystem, RestSystem {
  private final boolean quick;

  private static final String RECEIVER = "receiver";
  private static final String SENDER = "sender";
  private static final int SPARE_CONNECTIONS = 100;
  private static final int START_SECONDS = 60;

  /**
   * The system.
   *
   * @param quick whether ping-pong is played by handlers on the event loops, as the limit's are; else by the
   *     ordinary ones on threads of their own
   */
  public OurSystem(boolean quick) {
    this.quick = quick;
  }

  private MessageHandler player(MessageHandler handler) {
    return quick ? MessageHandler.quick(handler) : handler;
  }

  @Override
  public Receiver receive(Settings settings, boolean echo) throws Exception {
    var received = new LongAdder();
    P2PNetworkManager manager = manager(RECEIVER, settings);
    if (echo) {
      manager.registerMessageHandler(player(message -> {
        received.increment();
        manager.submit(NetworkMessage.data(SENDER, message.payload()));
      }));
    } else {
      manager.registerMessageHandler(message -> received.increment());
    }
    Multiaddr address = start(manager);
    return new Receiver() {
      @Override
      public String address() {
        return address.toString();
      }

      @Override
      public long received() {
        return received.sum();
      }

      @Override
      public int connections() {
        return manager.getNetworkStats().connections();
      }
    };
  }

  @Override
  public Flow send(Settings settings, String address) throws Exception {
    P2PNetworkManager manager = connected(settings, address);
    var sender = new WindowedSender(manager, RECEIVER, settings);
    Thread.ofPlatform().daemon().name("sender").start(sender);
    return sender::acknowledged;
  }

  @Override
  public Paced paced(Settings settings, String address) throws Exception {
    P2PNetworkManager manager = connected(settings, address);
    Payloads payloads = new Payloads(settings.sizeBytes());
    return acknowledged -> {
      Bytes payload = Bytes.copyOf(payloads.block(), payloads.next(), settings.sizeBytes());
      DeliveryOptions options = DeliveryOptions.DEFAULT.withListener((delivery, outcome) -> {
        if (outcome.isAcknowledged()) acknowledged.run();
      });
      manager.submit(NetworkMessage.data(RECEIVER, payload), options);
    };
  }

  @Override
  public PingPong pingPong(Settings settings, String address) throws Exception {
    var caller = new Caller(settings.sizeBytes(), RECEIVER);
    P2PNetworkManager manager = manager(SENDER, settings);
    manager.registerMessageHandler(player(caller));
    start(manager);
    connect(manager, address);
    caller.callThrough(manager);
    return caller;
  }

  @Override
  public Dialer dialer(Settings settings, String address) {
    return new ManyHosts(settings, Multiaddr.parse(address));
  }

  /** Both processes read the same clock of the machine. */
  @Override
  public String overtaken(Settings settings, Histogram delaysNanos) throws Exception {
    P2PNetworkManager manager = manager(RECEIVER, settings);
    manager.registerMessageHandler(MessageType.DATA, message -> {});
    manager.registerMessageHandler(MessageType.CONSENSUS, message -> {
      long sent = ByteBuffer.wrap(message.payload().toArray()).getLong();
      synchronized (delaysNanos) {
        delaysNanos.recordValue(Math.max(0, System.nanoTime() - sent));
      }
    });
    return start(manager).toString();
  }

  @Override
  public Overtaker overtake(Settings settings, String address, long limitRate) throws Exception {
    P2PNetworkManager manager = connected(settings, address);
    var sender = new UrgentSender(manager, RECEIVER, settings);
    sender.warmUp(settings.warmupSeconds());
    manager.setBandwidthLimit(limitRate);
    return sender;
  }

  @Override
  public Crowd crowd(Settings settings, int nodes) throws Exception {
    return OurCrowd.start(settings, nodes);
  }

  @Override
  public Peers peers(Settings settings, String address, int count) throws Exception {
    var nodes = new ArrayList<P2PNetworkManager>();
    var addresses = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      P2PNetworkManager node =
          builder("node" + i, settings).set("peers", address).build();
      addresses.add(start(node).toString());
      nodes.add(node);
    }
    return new Peers() {
      @Override
      public List<String> addresses() {
        return List.copyOf(addresses);
      }

      @Override
      public int connected() {
        return (int) nodes.stream()
            .filter(
                node -> node.getPeerInfo(RECEIVER).filter(PeerInfo::connected).isPresent())
            .count();
      }
    };
  }

  private static P2PNetworkManager connected(Settings settings, String address) throws Exception {
    P2PNetworkManager manager = manager(SENDER, settings);
    start(manager);
    connect(manager, address);
    return manager;
  }

  /** Connects, and waits until the other's name is known, by which messages are addressed. */
  private static void connect(P2PNetworkManager manager, String address) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (manager.getPeerInfo(RECEIVER).isEmpty()) {
      try {
        manager.connect(address).get(START_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        // On a busy machine a handshake may not be done in time; the next may.
        if (System.nanoTime() > deadline) throw e;
      }
      if (System.nanoTime() > deadline) throw new IOException("the receiver told no name");
      Thread.sleep(1);
    }
  }

  static Multiaddr start(P2PNetworkManager manager) throws Exception {
    return manager.startServer().get(START_SECONDS, TimeUnit.SECONDS).getFirst();
  }

  static P2PNetworkManager manager(String name, Settings settings) throws IOException {
    return builder(name, settings).build();
  }

  private static P2PNetworkManager.Builder builder(String name, Settings settings)
      throws IOException {
    Path folder = Files.createTempDirectory("p2p-bench-" + name);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> TemporaryFolder.delete(folder)));
    P2PNetworkManager.Builder builder = P2PNetworkManager.builder();
    builder.set("store", settings.durable() ? "journal" : "memory");
    return builder
        .nodeId(name)
        .dataFolder(folder)
        .set("listen", "/ip4/127.0.0.1/tcp/0")
        .set("discovery", "manual")
        .set("security", settings.security())
        .set("bandwidth_limit", "0")
        .set("max_connections", Integer.toString(settings.connections() + SPARE_CONNECTIONS));
  }
}
