package org.openagi.p2p.node.control;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.link.MessageTrace;

/**
 * What {@code p2p trace} asks for: {@code trace.show}. Safe for any thread.
 *
 * @see "docs/control.md"
 */
public final class TraceService implements ControlService {
  private final Function<String, Optional<MessageTrace>> traces;
  private final Function<PeerId, Optional<String>> names;

  /**
   * A service.
   *
   * @param traces what is known of a message
   * @param names what a peer is called
   */
  public TraceService(
      Function<String, Optional<MessageTrace>> traces, Function<PeerId, Optional<String>> names) {
    this.traces = traces;
    this.names = names;
  }

  @Override
  public void serve(ControlRequest request, Consumer<JsonObject> reply) throws ControlException {
    if (!request.verb().equals("trace.show")) {
      throw new ControlException("no '" + request.verb() + "' here; there is trace.show", true);
    }
    String id = request.requireText("id");
    MessageTrace trace = traces
        .apply(id)
        .orElseThrow(() -> new ControlException(
            "nothing is known of a message " + id
                + "; the node remembers those that wait, and in memory the last that ended",
            false));
    reply.accept(new JsonObject()
        .put("event", "trace")
        .put("id", trace.messageId())
        .put("to", name(trace.recipient()))
        .put("peerId", trace.recipient().toString())
        .put("state", trace.state().name())
        .put("attempts", trace.attempts()));
    long start = trace.steps().isEmpty() ? 0 : trace.steps().getFirst().atEpochMillis();
    for (MessageTrace.Step step : trace.steps()) {
      PeerId node = step.node();
      reply.accept(new JsonObject()
          .put("event", "step")
          .put("at", step.atEpochMillis())
          .put("afterMillis", step.atEpochMillis() - start)
          .put("stage", step.kind().name())
          .put("node", node == null ? null : name(node))
          .put("nodeId", node == null ? null : node.toString())
          .put("tookMicros", step.tookMicros())
          .put("linkMicros", step.linkMicros())
          .put("text", step.text()));
    }
  }

  private @Nullable String name(PeerId peer) {
    return names.apply(peer).orElse(null);
  }
}
