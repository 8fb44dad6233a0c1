package org.openagi.p2p.network;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.link.MessageFaultListener;

/** Turns what goes wrong with messages into events. Safe for any thread. */
final class MessageFaults implements MessageFaultListener {
  /** Under a flood of losses dead letters go one by one: told of once in so long, with their number. */
  private static final Duration DROPS_PAUSE = Duration.ofSeconds(60);

  private final EventBus events;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock. */
  private long dropsUntold;

  /** Guarded by lock. */
  private long dropsTellableNanos;

  MessageFaults(EventBus events, TimeSource time) {
    this.events = events;
    this.time = time;
    this.dropsTellableNanos = time.nanoTime();
  }

  @Override
  public void onDeadLetterDropped(StoredMessage letter) {
    long count = dropsToTell();
    if (count == 0) return;
    publish(
        Fault.DEAD_LETTERS_DROPPED,
        letter.recipient(),
        "more messages expired or were refused than dead_letters and dead_letter_bytes allow to keep",
        count + " of them are forgotten, the last was " + letter.messageId());
  }

  private long dropsToTell() {
    lock.lock();
    try {
      dropsUntold++;
      if (time.nanoTime() - dropsTellableNanos < 0) return 0;
      long count = dropsUntold;
      dropsUntold = 0;
      dropsTellableNanos = time.nanoTime() + DROPS_PAUSE.toNanos();
      return count;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onViolation(PeerId peer, ProtocolViolationException cause) {
    publish(
        Fault.PROTOCOL_VIOLATED,
        peer,
        String.valueOf(cause.getMessage()),
        cause.scope() == ProtocolViolationException.Scope.STREAM
            ? "its message stream was ended"
            : "its connection was closed");
  }

  @Override
  public void onStreamRefused(PeerId peer, Lane lane, String why) {
    publish(
        Fault.MESSAGES_REFUSED,
        peer,
        why,
        lane + " messages to it wait and are tried again until they expire");
  }

  @Override
  public void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause) {
    publish(
        Fault.HANDLER_FAILED,
        sender,
        "attempt " + message.attempt() + " to handle message " + message.messageId() + ": " + cause,
        "it is not acknowledged, and handed over again while attempts are left");
  }

  @Override
  public void onRequestFailure(PeerId sender, NetworkMessage request, Throwable cause) {
    publish(
        Fault.HANDLER_FAILED,
        sender,
        "answering request " + request.messageId() + ": " + cause,
        "who asked was told so");
  }

  @Override
  public void onSlowHandler(PeerId sender, Lane lane, long nanos) {
    publish(
        Fault.HANDLER_SLOW,
        sender,
        "handlers that promised to be quick took " + nanos / 1_000_000 + " ms for " + lane
            + " messages",
        "everything else on that event loop waited; register them without MessageHandler.quick");
  }

  private void publish(Fault what, PeerId who, String cause, String consequence) {
    events.publish(new FaultEvent(
        Instant.ofEpochMilli(time.epochMillis()), what, Optional.of(who), cause, consequence));
  }
}
