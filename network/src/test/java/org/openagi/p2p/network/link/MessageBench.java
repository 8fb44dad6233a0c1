package org.openagi.p2p.network.link;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;

/**
 * A small load for profiling, one role a process: {@code serve} prints its address; {@code stream ADDRESS
 * SIZE WINDOW SECONDS} and {@code pingpong ADDRESS ROUNDS} print what they measured. The figures that count come
 * from the benchmarks module.
 */
public final class MessageBench {
  private final Host host;
  private final MessageService service;

  private MessageBench() throws Exception {
    SecureRandom random = new SecureRandom();
    HostKey key = HostKey.generate(random);
    host = Host.create(
        HostConfig.defaults()
            .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")))
            .withIoThreads(1),
        key);
    service = new MessageService(
        host,
        key,
        MessageConfig.defaults(),
        new MemoryMessageStore(random, TimeSource.system()),
        TimeSource.system());
    host.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  public static void main(String[] args) throws Exception {
    MessageBench bench = new MessageBench();
    switch (args[0]) {
      case "serve" -> bench.serve();
      case "stream" ->
        bench.stream(
            bench.connect(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]));
      case "pingpong" -> bench.pingPong(bench.connect(args[1]), Integer.parseInt(args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }

  private PeerId connect(String address) throws Exception {
    return host.connect(Multiaddr.parse(address))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS)
        .remotePeer();
  }

  /** With {@code -Dquick=true} messages are handled on the event loop. */
  private static MessageHandler handler(MessageHandler handler) {
    return Boolean.getBoolean("quick") ? MessageHandler.quick(handler) : handler;
  }

  private void serve() throws Exception {
    AtomicLong count = new AtomicLong();
    Map<String, PeerId> peers = new ConcurrentHashMap<>();
    service.addHandler(MessageType.DATA, m -> count.setPlain(count.getPlain() + 1));
    service.addHandler(
        MessageType.CONSENSUS,
        handler(m -> service.submit(
            peers.computeIfAbsent(m.senderId(), PeerId::parse),
            NetworkMessage.of(MessageType.CONSENSUS, m.senderId(), m.payload()))));
    System.out.println("ADDRESS " + host.listenAddresses().getFirst());
    long before = 0;
    long cpu = cpuNanos();
    while (true) {
      LockSupport.parkNanos(2_000_000_000L);
      long handled = service.stats().received().messagesHandled();
      System.out.printf(
          "%d handled, %.0f ns of CPU a message%n",
          handled, (double) (cpuNanos() - cpu) / Math.max(1, handled - before));
      before = handled;
      cpu = cpuNanos();
    }
  }

  private void stream(PeerId peer, int size, int window, int seconds) throws Exception {
    Bytes[] payloads = new Bytes[64];
    for (int i = 0; i < payloads.length; i++) {
      byte[] payload = new byte[size];
      new SecureRandom().nextBytes(payload);
      payloads[i] = Bytes.wrap(payload);
    }
    String recipient = peer.toString();
    AtomicLong acknowledged = new AtomicLong();
    Semaphore failed = new Semaphore(0);
    DeliveryOptions options = DeliveryOptions.DEFAULT.withListener((delivery, outcome) -> {
      if (!outcome.isAcknowledged()) failed.release();
      acknowledged.setRelease(acknowledged.getPlain() + 1);
    });
    long sent = 0;
    long start = System.nanoTime();
    long windowStart = start;
    long before = 0;
    long cpu = cpuNanos();
    long end = start + seconds * 1_000_000_000L;
    while (System.nanoTime() < end) {
      long room = window - (sent - acknowledged.getAcquire());
      if (room < window / 8) {
        LockSupport.parkNanos(20_000);
        continue;
      }
      for (long i = 0; i < room; i++) {
        service.submit(
            peer, NetworkMessage.of(MessageType.DATA, recipient, payloads[(int) i & 63]), options);
      }
      sent += room;
      long now = System.nanoTime();
      if (now - windowStart > 2_000_000_000L) {
        long done = acknowledged.get();
        System.out.printf(
            "%.0f messages/s, %.0f ns of CPU a message here, failed %d%n",
            (done - before) * 1e9 / (now - windowStart),
            (double) (cpuNanos() - cpu) / (done - before),
            failed.availablePermits());
        cpu = cpuNanos();
        before = done;
        windowStart = now;
      }
    }
    System.out.println(service.stats());
    host.connections().forEach(c -> System.out.println(c.stats()));
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private void pingPong(PeerId peer, int rounds) throws Exception {
    Semaphore answered = new Semaphore(0);
    long[] nanos = new long[rounds];
    long[] state = new long[2];
    String recipient = peer.toString();
    Bytes payload = Bytes.wrap(new byte[64]);
    MessageHandler next = m -> {
      long now = System.nanoTime();
      int round = (int) state[0]++;
      nanos[round] = now - state[1];
      if (round + 1 == rounds) {
        answered.release();
        return;
      }
      state[1] = System.nanoTime();
      service.submit(peer, NetworkMessage.of(MessageType.CONSENSUS, recipient, payload));
    };
    service.addHandler(MessageType.CONSENSUS, handler(next));
    for (int turn = 0; turn < 5; turn++) {
      state[0] = 0;
      state[1] = System.nanoTime();
      service.submit(peer, NetworkMessage.of(MessageType.CONSENSUS, recipient, payload));
      answered.acquire();
      Arrays.sort(nanos);
      System.out.printf(
          "p50 %.1f us p99 %.1f us%n", nanos[rounds / 2] / 1e3, nanos[rounds / 100 * 99] / 1e3);
    }
    System.out.println(service.stats());
  }
}
