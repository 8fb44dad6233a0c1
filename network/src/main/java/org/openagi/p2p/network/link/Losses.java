package org.openagi.p2p.network.link;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * Tells this node's ERROR handlers, in the recipient's name, of messages that were accepted and are given up. Safe for any
 * thread.
 *
 * <p>Not of those that were refused when they were submitted or taken back, which their caller knows, nor of those that a
 * shutdown cut short; a lost ERROR makes no further one, and of requests and answers the request's future tells.
 */
record Losses(MessageService service) {
  /** A message ended and its user knows. On a virtual thread. */
  void onTold(PeerId recipient, OutboxEntry entry) {
    NetworkMessage lost = entry.message();
    if (lost.messageType() == MessageType.ERROR || lost.correlation() != null) return;
    String text = text(entry);
    if (text == null) return;
    NetworkMessage error = error(recipient, entry, text);
    for (MessageHandler handler : service.handlers().handlersOf(MessageType.ERROR)) {
      try {
        handler.onMessage(error);
      } catch (Throwable e) { // user code: an error about an error ends here
        service.faults().onHandlerFailure(recipient, error, e);
      }
    }
  }

  private static @Nullable String text(OutboxEntry entry) {
    return switch (entry.end()) {
      case Outcome.Expired expired -> text(RefusalReason.EXPIRED, entry, expired.reason());
      case Outcome.Refused refused -> {
        boolean isKnown = refused.reason() == RefusalReason.CLOSED
            || refused.reason() == RefusalReason.QUEUE_FULL
            || refused.reason() == RefusalReason.WITHDRAWN;
        yield isKnown ? null : text(refused.reason(), entry, refused.detail());
      }
      case Outcome.Kept kept -> null;
      case Outcome.Acknowledged acknowledged -> null;
      case null -> null;
    };
  }

  private static String text(RefusalReason reason, OutboxEntry entry, String detail) {
    return reason + " " + entry.messageId() + ": " + detail;
  }

  private NetworkMessage error(PeerId recipient, OutboxEntry entry, String text) {
    String sender = entry.message().senderId();
    return NetworkMessage.received(
        number -> entry.messageId() + "/error",
        0,
        null,
        service.config().names().apply(recipient),
        sender.isEmpty() ? service.self().toString() : sender,
        MessageType.ERROR,
        Bytes.ofUtf8(text),
        service.time().epochMillis(),
        0);
  }
}
