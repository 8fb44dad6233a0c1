package org.openagi.p2p.network.link;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.outbox.SendConfig;

/**
 * Connects to a peer that messages wait for: one attempt at a time, with pauses that grow as attempts fail. Confined to the
 * home of the peer's outbox.
 */
final class Redial {
  /** Pauses double up to here; that is beyond any that are configured. */
  private static final int MAX_DOUBLINGS = 20;

  private final MessageService service;
  private final PeerId peer;
  private final PeerOutbox home;
  private boolean dialing;
  private boolean pausing;
  private long pausesUntilNanos;
  private int failures;

  Redial(MessageService service, PeerId peer, PeerOutbox home) {
    this.service = service;
    this.peer = peer;
    this.home = home;
  }

  /**
   * Begins an attempt, unless there is one or it pauses.
   *
   * @param onEnd runs at home when it ended, one way or the other
   */
  void connect(Runnable onEnd) {
    if (dialing || !service.config().dial()) return;
    if (pausing && service.time().nanoTime() - pausesUntilNanos < 0) return;
    pausing = false;
    dialing = true;
    service
        .host()
        .connect(peer, List.of())
        .whenComplete((connected, failure) -> home.execute(() -> {
          dialing = false;
          if (failure != null) pause();
          onEnd.run();
        }));
  }

  private void pause() {
    SendConfig send = service.config().send();
    long pause = Math.min(
        send.retryMax().toNanos(), send.retryMin().toNanos() << Math.min(failures, MAX_DOUBLINGS));
    failures++;
    pausing = true;
    pausesUntilNanos = service.time().nanoTime() + Jitter.of(pause);
  }

  /** There is a connection: the next attempts begin as the first did. */
  void onConnected() {
    pausing = false;
    failures = 0;
  }

  /** Whether no attempt succeeded since the last connection, or none is ever made. */
  boolean isInVain() {
    return failures > 0 || !service.config().dial();
  }

  /** When the next attempt may begin. */
  long nextNanos() {
    return pausing ? pausesUntilNanos : DeadlineTimer.NEVER;
  }
}
