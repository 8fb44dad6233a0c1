package org.openagi.p2p.api.view;

import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RememberedDelivery;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.network.link.MessageTrace;

/** Messages, their deliveries and their ways as JSON. */
public final class MessageJson {
  private MessageJson() {}

  /** A message this node sent, as its store knows it. */
  public static JsonObject stored(
      JsonObject object, StoredMessage message, Function<PeerId, Optional<String>> names) {
    Delivery delivery = new RememberedDelivery(message);
    Outcome end = message.end();
    return object
        .put("id", message.messageId())
        .put("to", names.apply(message.recipient()).orElse(null))
        .put("peerId", message.recipient().toString())
        .put("lane", message.lane().name())
        .put(
            "type",
            message.entry() == null ? null : delivery.message().messageType().name())
        .put("bytes", delivery.message().payload().length())
        .put("state", delivery.state().name())
        .put("code", code(end))
        .put("reason", reason(end))
        .put("created", delivery.createdAtMillis())
        .put("ended", delivery.endedAtMillis())
        .put("attempts", delivery.attempts());
  }

  /** Bytes of the payload of a message that waits. */
  public static long payloadBytes(StoredMessage message) {
    return new RememberedDelivery(message).message().payload().length();
  }

  /** A delivery as its sender sees it. */
  public static JsonObject delivery(Delivery delivery, @Nullable Outcome end) {
    return new JsonObject()
        .put("id", delivery.messageId())
        .put("to", delivery.message().recipientId())
        .put("type", delivery.message().messageType().name())
        .put("bytes", delivery.message().payload().length())
        .put("state", delivery.state().name())
        .put("code", code(end))
        .put("reason", reason(end))
        .put("created", delivery.createdAtMillis())
        .put("ended", delivery.endedAtMillis())
        .put("attempts", delivery.attempts());
  }

  /** The fixed code of an end, if it is a refusal. */
  public static @Nullable String code(@Nullable Outcome end) {
    return end instanceof Outcome.Refused refused ? refused.reason().name() : null;
  }

  /** Why it ended so, for people. */
  public static @Nullable String reason(@Nullable Outcome end) {
    return switch (end) {
      case Outcome.Refused refused -> refused.detail();
      case Outcome.Expired expired -> expired.reason();
      case Outcome.Kept kept -> kept.reason();
      case Outcome.Acknowledged acknowledged -> null;
      case null -> null;
    };
  }

  /**
   * A message that arrived.
   *
   * @param number of the inbox, counted from 1
   */
  public static JsonObject received(long number, NetworkMessage message) {
    JsonObject object = new JsonObject()
        .put("number", number)
        .put("id", message.messageId())
        .put("from", message.senderId())
        .put("to", message.recipientId())
        .put("type", message.messageType().name())
        .put("sent", message.timestamp())
        .put("hopsLeft", message.ttl())
        .put("redelivered", message.isRedelivered())
        .put("bytes", message.payload().length())
        .put("base64", Base64.getEncoder().encodeToString(message.payload().toArray()));
    Optional<String> text = Texts.of(message.payload().toArray());
    return object.put("text", text.orElse(null));
  }

  /** The way of a message. */
  public static JsonObject trace(MessageTrace trace, Function<PeerId, Optional<String>> names) {
    long start = trace.steps().isEmpty() ? 0 : trace.steps().getFirst().atEpochMillis();
    return new JsonObject()
        .put("id", trace.messageId())
        .put("to", names.apply(trace.recipient()).orElse(null))
        .put("peerId", trace.recipient().toString())
        .put("state", trace.state().name())
        .put("attempts", trace.attempts())
        .put(
            "steps",
            trace.steps().stream()
                .map(step -> step(new JsonObject(), step, start, names))
                .toList());
  }

  /** Adds one step of a way to an object. */
  public static JsonObject step(
      JsonObject object,
      MessageTrace.Step step,
      long startMillis,
      Function<PeerId, Optional<String>> names) {
    PeerId node = step.node();
    return object
        .put("at", step.atEpochMillis())
        .put("afterMillis", step.atEpochMillis() - startMillis)
        .put("stage", step.kind().name())
        .put("node", node == null ? null : names.apply(node).orElse(null))
        .put("nodeId", node == null ? null : node.toString())
        .put("tookMicros", step.tookMicros())
        .put("linkMicros", step.linkMicros())
        .put("text", step.text());
  }
}
