package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.bundle.Verifier;

/**
 * Threads that sign and verify beside the event loops. Safe for any thread.
 *
 * <p>What waits is bounded by the engines: a lane has at most 64 bundles to sign, and a stream is not read
 * on while 32 of its bundles wait to be verified. Work of one lane or stream stays on one thread, so it is
 * done in order.
 */
final class CryptoWorkers implements AutoCloseable {
  private final HostKey key;
  private final ExecutorService[] threads;

  CryptoWorkers(HostKey key, int count) {
    this.key = key;
    this.threads = new ExecutorService[count];
    for (int i = 0; i < count; i++) {
      String name = "message-crypto-" + i;
      threads[i] = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
      });
    }
  }

  /**
   * Signs for a lane.
   *
   * @param home where callbacks go, asked when the signature is ready
   */
  Signer signer(int affinity, Supplier<EventExecutor> home) {
    return (text, callback) -> {
      BundleEvent event = BundleEvent.begun();
      submit(affinity, () -> {
        if (event != null) event.onWork();
        Bytes signature = key.sign(text, 0, text.length);
        if (event != null) event.onDone(false, key.publicKey(), true);
        post(home.get(), () -> callback.onSigned(signature));
      });
    };
  }

  /**
   * Verifies for a stream.
   *
   * @param onViolation gets what the callback throws, on the stream's executor
   * @param afterwards runs after each callback, on the stream's executor
   */
  Verifier verifier(
      int affinity,
      PublicKey signer,
      EventExecutor executor,
      Consumer<ProtocolViolationException> onViolation,
      Runnable afterwards) {
    return (text, signature, callback) -> {
      BundleEvent event = BundleEvent.begun();
      submit(affinity, () -> {
        if (event != null) event.onWork();
        boolean genuine = signer.verify(text, 0, text.length, signature);
        if (event != null) event.onDone(true, signer, genuine);
        post(executor, () -> {
          try {
            callback.onVerified(genuine);
          } catch (ProtocolViolationException e) {
            onViolation.accept(e);
          }
          afterwards.run();
        });
      });
    };
  }

  private void submit(int affinity, Runnable work) {
    try {
      threads[Math.floorMod(affinity, threads.length)].execute(work);
    } catch (RejectedExecutionException closed) {
      // The service is closing: nothing is signed or acknowledged any more, and nobody waits for
      // it.
      return;
    }
  }

  private static void post(EventExecutor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException closed) {
      // The loop ended, and the stream with it.
      return;
    }
  }

  @Override
  public void close() {
    for (ExecutorService thread : threads) thread.shutdownNow();
  }
}
