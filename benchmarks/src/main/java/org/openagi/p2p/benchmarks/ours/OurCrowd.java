package org.openagi.p2p.benchmarks.ours;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.openagi.p2p.benchmarks.worker.BroadcastSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;

/**
 * Nodes in one process, each linked to the first one when they start; the overlay makes of it what it likes. All read the same
 * clock. Confined to one thread, but for the handlers.
 */
final class OurCrowd implements BroadcastSystem.Crowd {
  /** Shortest payload: a number and a time. */
  static final int SIZE_MIN_BYTES = 2 * Long.BYTES;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Settings settings;
  private final Payloads payloads;
  private final List<P2PNetworkManager> nodes = new ArrayList<>();
  private long nextNumber;
  private volatile Round round = new Round(0, 0, 0);

  /** Messages with consecutive numbers, and who has them. */
  private static final class Round {
    private final long first;
    private final int others;
    private final boolean[][] has;
    private final int[] count;
    private final Histogram each = new Histogram(3);
    private final Histogram all = new Histogram(3);
    private long missing;
    private long repeated;

    Round(long first, int messages, int others) {
      this.first = first;
      this.others = others;
      this.has = new boolean[messages][others];
      this.count = new int[messages];
      this.missing = (long) messages * others;
    }

    synchronized void arrived(int node, long number, long nanos) {
      long at = number - first;
      if (at < 0 || at >= has.length) return; // of the round before
      if (has[(int) at][node]) {
        repeated++;
        return;
      }
      has[(int) at][node] = true;
      missing--;
      each.recordValue(nanos);
      if (++count[(int) at] == others) all.recordValue(nanos);
    }

    synchronized boolean isComplete() {
      return missing == 0;
    }

    synchronized BroadcastSystem.Tally tally() {
      return new BroadcastSystem.Tally(each.copy(), all.copy(), has.length, missing, repeated);
    }
  }

  private OurCrowd(Settings settings) {
    this.settings = settings;
    this.payloads = new Payloads(settings.sizeBytes());
  }

  static OurCrowd start(Settings settings, int nodes) throws Exception {
    if (settings.sizeBytes() < SIZE_MIN_BYTES) {
      throw new IllegalArgumentException(
          "payload of " + settings.sizeBytes() + " bytes, needed are " + SIZE_MIN_BYTES);
    }
    var crowd = new OurCrowd(settings);
    for (int i = 0; i < nodes; i++) crowd.add(i);
    crowd.awaitWhole();
    return crowd;
  }

  private void add(int index) throws Exception {
    P2PNetworkManager node = OurSystem.manager("node" + index, settings);
    if (index > 0) node.registerMessageHandler(message -> onMessage(index - 1, message));
    OurSystem.start(node);
    if (index > 0) {
      String first = nodes.getFirst().addresses().getFirst().toString();
      node.connect(first).get(60, TimeUnit.SECONDS);
    }
    nodes.add(node);
  }

  private void onMessage(int node, NetworkMessage message) {
    long now = System.nanoTime();
    ByteBuffer payload = ByteBuffer.wrap(message.payload().toArray());
    round.arrived(node, payload.getLong(), now - payload.getLong());
  }

  private void awaitWhole() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    do {
      if (System.nanoTime() - end > 0) throw new IllegalStateException("not all nodes are reached");
      begin(1);
      publishOne();
      Thread.sleep(200);
    } while (!round.isComplete());
  }

  private Round begin(int messages) {
    Round made = new Round(nextNumber, messages, nodes.size() - 1);
    round = made;
    return made;
  }

  private void publishOne() {
    byte[] payload =
        Bytes.copyOf(payloads.block(), payloads.next(), settings.sizeBytes()).toArray();
    ByteBuffer.wrap(payload).putLong(nextNumber++).putLong(System.nanoTime());
    nodes
        .getFirst()
        .submit(NetworkMessage.of(MessageType.DATA, NetworkMessage.EVERYONE, Bytes.wrap(payload)));
  }

  @Override
  public BroadcastSystem.Tally publish(int seconds) {
    int messages = Math.multiplyExact(seconds, settings.pacedPerSecond());
    Round made = begin(messages);
    long start = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      long due = start + i * NANOS_PER_SECOND / settings.pacedPerSecond();
      for (long left; (left = due - System.nanoTime()) > 0; ) LockSupport.parkNanos(this, left);
      publishOne();
    }
    long end = System.nanoTime() + LATE_NANOS;
    while (!made.isComplete() && System.nanoTime() - end < 0) LockSupport.parkNanos(1_000_000);
    return made.tally();
  }
}
