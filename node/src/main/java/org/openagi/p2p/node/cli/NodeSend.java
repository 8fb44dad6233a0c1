package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.ApiRefusedException;
import org.openagi.p2p.node.client.Values;

/** One message sent by the node that runs, told as a node of the command's own would tell it. */
final class NodeSend {
  /** What a request's body can hold beside the rest, with a third more for base64. */
  static final int PAYLOAD_MAX = 6_000_000;

  /** Longer than the node waits before it answers that there is no end yet. */
  private static final Duration WAIT = Duration.ofSeconds(75);

  private static final long PAUSE_MILLIS = 250;

  private final ApiClient node;
  private final Output out;

  NodeSend(ApiClient node, Output out) {
    this.node = node;
    this.out = out;
  }

  /**
   * Sends and waits for the end.
   *
   * @param lifetime null for the node's own
   * @return whether it was acknowledged
   */
  boolean send(String to, MessageType type, Bytes payload, @Nullable Duration lifetime)
      throws IOException, InterruptedException {
    if (payload.length() > PAYLOAD_MAX) {
      throw new IOException("the content has " + payload.length() + " bytes, of which the node that"
          + " runs takes at most " + PAYLOAD_MAX + " from a command; use p2p copy, or --apart");
    }
    if (!to.equals(NetworkMessage.EVERYONE)) meet(to);
    JsonObject request = new JsonObject()
        .put("to", to)
        .put("base64", Base64.getEncoder().encodeToString(payload.unsafeArray()))
        .put("type", type.name())
        .put("wait", true);
    if (lifetime != null) request.put("lifetimeMillis", lifetime.toMillis());
    long start = System.nanoTime();
    Values end = node.post("/api/v1/messages", request, WAIT).values();
    while (end.whole("ended") == 0) {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      end = node.get("/api/v1/messages/" + ApiClient.part(end.text("id").orElse("")))
          .values();
    }
    return print(to, end, (System.nanoTime() - start) / 1000);
  }

  /** Who is not known must be found first; who is known can be reached by way of others as well. */
  private void meet(String to) throws IOException {
    if (to.startsWith("/")) {
      node.post("/api/v1/peers", new JsonObject().put("peer", to), WAIT);
      return;
    }
    try {
      node.get("/api/v1/peers/" + ApiClient.part(to));
    } catch (ApiRefusedException e) {
      if (!e.code().equals("NOT_FOUND")) throw e;
      node.post("/api/v1/peers", new JsonObject().put("peer", to), WAIT);
    }
  }

  private boolean print(String to, Values end, long micros) {
    String state = end.text("state").orElse("");
    boolean good = state.equals("ACKNOWLEDGED");
    JsonObject object = EventPrinter.object(event(state))
        .put("to", to)
        .put("id", end.text("id").orElse(""))
        .put("bytes", end.whole("bytes"));
    if (good) {
      object.put("micros", micros);
      out.tell(
          object,
          out.style()
              .good("  acknowledged by " + SafeText.of(to) + " in " + Deliveries.millis(micros)));
      return true;
    }
    Optional<String> reason = end.text("reason");
    end.text("code").ifPresent(code -> object.put("code", code));
    out.tell(object.put("reason", reason.orElse(state)));
    String what = state.equals("QUEUED") || state.equals("SENT")
        ? "not acknowledged yet by "
        : "not delivered to ";
    out.remark(SafeText.of(what + to + ": " + reason.orElse(state)));
    return false;
  }

  private static String event(String state) {
    return switch (state) {
      case "ACKNOWLEDGED" -> "acknowledged";
      case "EXPIRED" -> "expired";
      case "REFUSED" -> "refused";
      default -> "kept";
    };
  }
}
