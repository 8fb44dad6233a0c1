package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Optional;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.link.MessageFaultListener;

/** Turns what goes wrong with messages into events. Safe for any thread. */
record MessageFaults(EventBus events, TimeSource time) implements MessageFaultListener {
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
