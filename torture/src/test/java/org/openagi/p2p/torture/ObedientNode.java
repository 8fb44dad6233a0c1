package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.network.P2PNetworkManager;

/**
 * A node that does what each line of its input says and answers with one line.
 *
 * <pre>
 * connect MULTIADDR    ok
 * ping NAME COUNT      p50 and p99 in microseconds, from submitting to the acknowledgement
 * flood NAME           ok; submits 1 KiB messages from then on, numbered, as fast as they are accepted
 * calm                 ok; ends that
 * block NAME           ok; the handler blocks on messages of this sender from then on
 * release              ok; ends that
 * heap                 bytes in use after a collection
 * taken                how many numbered messages came in order, and how many out of it
 * counts               accepted, refused as QUEUE_FULL, acknowledged, ended otherwise
 * </pre>
 */
final class ObedientNode {
  private static final int FLOOD_BYTES = 1024;
  private static final Bytes PING = Bytes.wrap(new byte[64]);
  private static final long FULL_PAUSE_NANOS = 1_000_000;

  private final PrintStream out = System.out;
  private final P2PNetworkManager manager;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder full = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder otherwise = new LongAdder();
  private volatile String blockedSender = "";
  private volatile CountDownLatch blocked = new CountDownLatch(0);
  private final AtomicLong inOrder = new AtomicLong();
  private final AtomicLong outOfOrder = new AtomicLong();
  private volatile boolean flooding;

  private ObedientNode(String name, Path folder) {
    manager = P2PNetworkManager.builder()
        .nodeId(name)
        .dataFolder(folder)
        .set("listen", "/ip4/127.0.0.1/tcp/0")
        .set("discovery", "manual")
        .set("bandwidth_limit", "0")
        .set("message_timeout", "900")
        .build();
    manager.registerMessageHandler(message -> {
      if (message.senderId().equals(blockedSender)) blocked.await();
      if (message.payload().length() == FLOOD_BYTES) take(message);
    });
  }

  /** Only one sender floods, so its messages come one at a time. */
  private void take(NetworkMessage message) {
    boolean next = message.payload().asByteBuffer().getLong() == inOrder.get();
    (next ? inOrder : outOfOrder).incrementAndGet();
  }

  /** Name and folder. */
  public static void main(String[] arguments) throws Exception {
    new ObedientNode(arguments[0], Path.of(arguments[1])).run();
    Runtime.getRuntime().halt(0);
  }

  private void run() throws Exception {
    out.println(manager.startServer().get(60, TimeUnit.SECONDS).getFirst());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(answer(line.split(" ", -1)));
    }
  }

  private String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "connect" -> manager.connect(words[1]).get(60, TimeUnit.SECONDS);
      case "ping" -> {
        return ping(words[1], Integer.parseInt(words[2]));
      }
      case "flood" -> {
        flooding = true;
        Thread.ofPlatform().daemon().name("flood").start(() -> flood(words[1]));
      }
      case "calm" -> flooding = false;
      case "block" -> {
        blocked = new CountDownLatch(1);
        blockedSender = words[1];
      }
      case "release" -> {
        blockedSender = "";
        blocked.countDown();
      }
      case "heap" -> {
        System.gc();
        return String.valueOf(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      }
      case "taken" -> {
        return inOrder + " " + outOfOrder;
      }
      case "counts" -> {
        return accepted + " " + full + " " + acknowledged + " " + otherwise;
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
    return "ok";
  }

  private String ping(String name, int count) throws Exception {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      Outcome outcome =
          manager.submit(NetworkMessage.data(name, PING)).outcome().get(60, TimeUnit.SECONDS);
      nanos[i] = System.nanoTime() - start;
      if (!outcome.isAcknowledged()) throw new IllegalStateException(outcome.toString());
    }
    Arrays.sort(nanos);
    return nanos[count / 2] / 1000 + " " + nanos[count * 99 / 100] / 1000;
  }

  private void flood(String name) {
    while (flooding) {
      byte[] payload = new byte[FLOOD_BYTES];
      ByteBuffer.wrap(payload).putLong(accepted.sum());
      var outcome =
          manager.submit(NetworkMessage.data(name, Bytes.wrap(payload))).outcome();
      if (outcome.isDone() && isFull(outcome.join())) {
        full.increment();
        LockSupport.parkNanos(FULL_PAUSE_NANOS);
        continue;
      }
      accepted.increment();
      outcome.thenAccept(end -> (end.isAcknowledged() ? acknowledged : otherwise).increment());
    }
  }

  private static boolean isFull(Outcome outcome) {
    return outcome instanceof Outcome.Refused refused
        && refused.reason() == RefusalReason.QUEUE_FULL;
  }
}
