package org.openagi.p2p.network.link;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong with messages: logged, told to listeners, and a peer that breaks rules loses its connection. Safe for
 * any thread.
 */
final class MessageFaults implements InboxServices.FailureListener {
  private static final Logger LOG = LoggerFactory.getLogger(MessageService.class);

  /** Violations of one connection after which it is closed. */
  private static final int MAX_VIOLATIONS = 3;

  private final List<MessageFaultListener> listeners = new CopyOnWriteArrayList<>();
  private final Map<Long, AtomicInteger> violations = new ConcurrentHashMap<>();

  void addListener(MessageFaultListener listener) {
    listeners.add(listener);
  }

  /** A connection is gone, and what was counted of it. */
  void forget(Connection connection) {
    violations.remove(connection.id());
  }

  /** A peer broke a rule on a connection, which ends at once or after several times. */
  void onViolation(Connection connection, ProtocolViolationException cause) {
    int count =
        violations.computeIfAbsent(connection.id(), id -> new AtomicInteger()).incrementAndGet();
    LOG.atDebug()
        .addKeyValue("peer", connection.remotePeer().shortString())
        .addKeyValue("connection", connection.id())
        .addKeyValue("cause", cause.getMessage())
        .log("message protocol violated");
    for (MessageFaultListener each : listeners) each.onViolation(connection.remotePeer(), cause);
    if (cause.scope() != Scope.STREAM || count >= MAX_VIOLATIONS) {
      connection.close(
          new CloseReason(CloseReason.Kind.PROTOCOL_VIOLATION, String.valueOf(cause.getMessage())));
    }
  }

  /** A peer signed a parcel that breaks a rule. There is no connection to close. */
  void onParcelViolation(PeerId peer, ProtocolViolationException cause) {
    LOG.atDebug()
        .addKeyValue("peer", peer.shortString())
        .addKeyValue("cause", cause.getMessage())
        .log("parcel broke a rule");
    for (MessageFaultListener each : listeners) each.onViolation(peer, cause);
  }

  /** A parcel that a neighbour took arrived, or did not. */
  void onCarrier(PeerId by, boolean arrived) {
    for (MessageFaultListener each : listeners) each.onCarrier(by, arrived);
  }

  @Override
  public void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause) {
    LOG.atDebug()
        .setCause(cause)
        .addKeyValue("peer", sender.shortString())
        .addKeyValue("message", message.messageId())
        .addKeyValue("attempt", message.attempt())
        .log("message handler threw");
    for (MessageFaultListener each : listeners) each.onHandlerFailure(sender, message, cause);
  }

  @Override
  public void onSlowHandler(PeerId sender, Lane lane, long nanos) {
    for (MessageFaultListener each : listeners) each.onSlowHandler(sender, lane, nanos);
  }

  /** A user's code could not answer a request; who asked was told. */
  void onRequestFailure(PeerId sender, NetworkMessage request, Throwable cause) {
    LOG.atDebug()
        .setCause(cause)
        .addKeyValue("peer", sender.shortString())
        .addKeyValue("request", request.messageId())
        .log("request handler threw");
    for (MessageFaultListener each : listeners) each.onRequestFailure(sender, request, cause);
  }

  void onStreamRefused(PeerId recipient, Lane lane, String why) {
    for (MessageFaultListener each : listeners) each.onStreamRefused(recipient, lane, why);
  }

  void onDeadLetterDropped(StoredMessage letter) {
    for (MessageFaultListener each : listeners) each.onDeadLetterDropped(letter);
  }
}
