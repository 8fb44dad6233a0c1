package org.openagi.p2p.benchmarks.ours;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.benchmarks.worker.OvertakeSystem;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;

/** Sends a vote every 10 ms, with or without the largest payload in flight beside it. Confined to one thread. */
final class UrgentSender implements OvertakeSystem.Overtaker {
  private static final long PAUSE_NANOS = 10_000_000;
  private static final int WARMUP_BYTES = 8 << 20;
  private static final int END_SECONDS = 60;
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final P2PNetworkManager manager;
  private final String recipient;
  private final long measuredNanos;
  private final Bytes payload;

  UrgentSender(P2PNetworkManager manager, String recipient, Settings settings) {
    this.manager = manager;
    this.recipient = recipient;
    this.measuredNanos = TimeUnit.SECONDS.toNanos(settings.measuredSeconds());
    var block = new byte[NetworkMessage.MAX_PAYLOAD_BYTES];
    new SplittableRandom(1).nextBytes(block);
    this.payload = Bytes.wrap(block);
  }

  void warmUp(int seconds) throws Exception {
    Bytes part = Bytes.copyOf(payload.unsafeArray(), 0, WARMUP_BYTES);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    do {
      await(submitBulk(part));
    } while (System.nanoTime() - end < 0);
    votes(TimeUnit.SECONDS.toNanos(Math.max(1, seconds)), false);
  }

  @Override
  public long run(boolean bulk) throws Exception {
    return votes(measuredNanos, bulk);
  }

  private long votes(long nanos, boolean bulk) throws Exception {
    long sentBefore = sentBytes();
    Delivery inFlight = bulk ? submitBulk(payload) : null;
    Delivery last = null;
    long start = System.nanoTime();
    for (long next = start; next - start < nanos; next += PAUSE_NANOS) {
      for (long left; (left = next - System.nanoTime()) > 0; ) LockSupport.parkNanos(this, left);
      if (inFlight != null && inFlight.state().isEnd()) inFlight = submitBulk(payload);
      byte[] now = ByteBuffer.allocate(Long.BYTES).putLong(System.nanoTime()).array();
      last = manager.submit(NetworkMessage.of(MessageType.CONSENSUS, recipient, Bytes.wrap(now)));
    }
    long sent = sentBytes() - sentBefore;
    if (last != null) await(last);
    return sent;
  }

  private long sentBytes() {
    return manager.getNetworkStats().messages().sent().payloadBytesSent();
  }

  private Delivery submitBulk(Bytes data) {
    return manager.submit(
        NetworkMessage.data(recipient, data), DeliveryOptions.DEFAULT.withLifetime(LIFETIME));
  }

  private static void await(Delivery delivery) throws Exception {
    var outcome = delivery.outcome().get(END_SECONDS, TimeUnit.SECONDS);
    if (!outcome.isAcknowledged()) throw new IllegalStateException(outcome.toString());
  }
}
