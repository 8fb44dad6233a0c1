package org.openagi.p2p.node.cli;

import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Outcome;

/** Prints how deliveries end. Safe for any thread. */
final class Deliveries {
  private final Output out;

  Deliveries(Output out) {
    this.out = out;
  }

  /**
   * Prints the end of one.
   *
   * @param to the recipient as the user wrote it
   * @param micros from handing the message over to its end
   */
  void print(String to, Delivery delivery, Outcome outcome, long micros) {
    JsonObject object = new JsonObject();
    String who = SafeText.of(to);
    switch (outcome) {
      case Outcome.Acknowledged a -> {
        common(object.put("event", "acknowledged"), to, delivery).put("micros", micros);
        out.tell(object, out.style().good("  acknowledged by " + who + " in " + millis(micros)));
      }
      case Outcome.Expired expired -> {
        common(object.put("event", "expired"), to, delivery).put("reason", expired.reason());
        out.tell(
            object,
            out.style().bad("  expired, for " + who + ": " + SafeText.of(expired.reason())));
      }
      case Outcome.Refused refused -> {
        common(object.put("event", "refused"), to, delivery)
            .put("code", refused.reason().name())
            .put("reason", refused.detail());
        out.tell(
            object,
            out.style().bad("  refused, for " + who + ": " + SafeText.of(refused.detail())));
      }
      case Outcome.Kept kept -> {
        common(object.put("event", "kept"), to, delivery).put("reason", kept.reason());
        out.tell(object, "  kept, for " + who + ": " + SafeText.of(kept.reason()));
      }
    }
  }

  /** Why a message was not acknowledged. */
  static String reason(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Acknowledged a -> "it was";
      case Outcome.Expired expired -> expired.reason();
      case Outcome.Refused refused -> refused.detail();
      case Outcome.Kept kept -> kept.reason();
    };
  }

  static String millis(long micros) {
    return micros < 10_000
        ? String.format(Locale.ROOT, "%.2f ms", micros / 1e3)
        : String.format(Locale.ROOT, "%.0f ms", micros / 1e3);
  }

  private static JsonObject common(JsonObject object, String to, Delivery delivery) {
    return object
        .put("to", to)
        .put("id", delivery.messageId())
        .put("bytes", delivery.message().payload().length());
  }
}
