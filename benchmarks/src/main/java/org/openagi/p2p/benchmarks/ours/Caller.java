package org.openagi.p2p.benchmarks.ours;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;

/** Plays ping-pong in the message handler: each answer starts the next round. */
final class Caller implements MessageHandler, BenchSystem.PingPong {
  private final Payloads payloads;
  private final int sizeBytes;
  private final String recipient;
  private volatile @Nullable P2PNetworkManager manager;

  /** One handler at a time runs for a sender, and the first round starts before the first answer. */
  private volatile Round current = new Round(new long[0]);

  private static final class Round {
    private final long[] nanos;
    private final CountDownLatch done = new CountDownLatch(1);
    private int index;
    private long startedNanos;

    Round(long[] nanos) {
      this.nanos = nanos;
    }
  }

  Caller(int sizeBytes, String recipient) {
    this.payloads = new Payloads(sizeBytes);
    this.sizeBytes = sizeBytes;
    this.recipient = recipient;
  }

  void callThrough(P2PNetworkManager network) {
    manager = network;
  }

  @Override
  public void rounds(long[] nanos) throws InterruptedException {
    var round = new Round(nanos);
    current = round;
    call(round);
    round.done.await();
  }

  @Override
  public void onMessage(NetworkMessage message) {
    Round round = current;
    round.nanos[round.index++] = System.nanoTime() - round.startedNanos;
    if (round.index == round.nanos.length) round.done.countDown();
    else call(round);
  }

  private void call(Round round) {
    P2PNetworkManager network = manager;
    if (network == null) throw new IllegalStateException("not connected");
    Bytes payload = Bytes.copyOf(payloads.block(), payloads.next(), sizeBytes);
    round.startedNanos = System.nanoTime();
    network.submit(NetworkMessage.data(recipient, payload));
  }
}
