package org.openagi.p2p.api.resource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.view.MessageJson;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.link.QueueException;

/** {@code /api/v1/queue}. */
public final class Queue {
  /** Most messages in one answer. */
  static final int PAGE_MAX = 1000;

  private final P2PNetworkManager node;

  /** Of a node. */
  public Queue(P2PNetworkManager node) {
    this.node = node;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes
        .get("/api/v1/queue", this::list)
        .get("/api/v1/queue/{id}", this::show)
        .post("/api/v1/queue/{id}/retry", this::retry)
        .delete("/api/v1/queue/{id}", this::drop);
  }

  private void list(Exchange exchange) {
    Optional<String> to = exchange.query("to");
    int limit = (int) exchange.query("limit", 100, 1, PAGE_MAX);
    @Nullable PeerId recipient = to.map(this::peer).orElse(null);
    List<StoredMessage> waiting = node.messageQueue().waiting(recipient);
    List<StoredMessage> letters = node.messageQueue().deadLetters(recipient);
    List<StoredMessage> all = new ArrayList<>(waiting);
    all.addAll(letters);
    exchange.answer(new JsonObject()
        .put("waiting", waiting.size())
        .put("ended", letters.size())
        .put("depths", depths(waiting))
        .put("messages", all.stream().limit(limit).map(this::describe).toList()));
  }

  /** How much waits for whom, by class of priority. */
  private List<JsonObject> depths(List<StoredMessage> waiting) {
    record Where(PeerId recipient, Lane lane) {}
    Map<Where, LongSummaryStatistics> sizes = new LinkedHashMap<>();
    for (StoredMessage each : waiting) {
      sizes
          .computeIfAbsent(
              new Where(each.recipient(), each.lane()), key -> new LongSummaryStatistics())
          .accept(MessageJson.payloadBytes(each));
    }
    List<JsonObject> all = new ArrayList<>();
    sizes.forEach((where, bytes) -> all.add(new JsonObject()
        .put("peerId", where.recipient.toString())
        .put("to", node.nameOf(where.recipient).orElse(null))
        .put("lane", where.lane.name())
        .put("messages", bytes.getCount())
        .put("bytes", bytes.getSum())));
    return all;
  }

  private PeerId peer(String name) {
    return node.peerId(name)
        .orElseThrow(
            () -> new ApiException(ErrorCode.NOT_FOUND, "no peer '" + name + "' is known"));
  }

  private JsonObject describe(StoredMessage message) {
    return MessageJson.stored(new JsonObject(), message, node::nameOf);
  }

  private void show(Exchange exchange) {
    String id = exchange.path("id");
    exchange.answer(describe(node.messageQueue()
        .find(id)
        .orElseThrow(
            () -> new ApiException(ErrorCode.NOT_FOUND, "no message '" + id + "' is known"))));
  }

  private void retry(Exchange exchange) throws IOException {
    try {
      Delivery again = node.messageQueue().retry(exchange.path("id"));
      exchange.answer(MessageJson.delivery(again, again.outcome().getNow(null)));
    } catch (QueueException e) {
      throw new ApiException(ErrorCode.CONFLICT, String.valueOf(e.getMessage()));
    }
  }

  private void drop(Exchange exchange) throws IOException {
    try {
      exchange.answer(describe(node.messageQueue().drop(exchange.path("id"))));
    } catch (QueueException e) {
      throw new ApiException(ErrorCode.NOT_FOUND, String.valueOf(e.getMessage()));
    }
  }
}
