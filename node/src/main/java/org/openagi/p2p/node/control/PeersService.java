package org.openagi.p2p.node.control;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.overlay.health.LinkHealth;
import org.openagi.p2p.overlay.reputation.Explanation;

/**
 * What {@code p2p peers --explain} asks for: {@code peers.explain}. Safe for any thread.
 *
 * @see "docs/control.md"
 */
public final class PeersService implements ControlService {
  private final Function<String, Optional<PeerInfo>> peers;

  /**
   * Tells of the peers of a node.
   *
   * @param peers finds one by name, peer id or multiaddr; throws IllegalArgumentException if the text is none of these
   */
  public PeersService(Function<String, Optional<PeerInfo>> peers) {
    this.peers = peers;
  }

  @Override
  public void serve(ControlRequest request, Consumer<JsonObject> reply) throws Exception {
    if (!request.verb().equals("peers.explain")) {
      throw new ControlException("no '" + request.verb() + "' here; there is peers.explain", true);
    }
    PeerInfo peer = find(request.requireText("peer"));
    reply.accept(describe(peer));
    peer.reputation().ifPresent(why -> why.terms().forEach(term -> reply.accept(describe(term))));
  }

  private PeerInfo find(String name) throws ControlException {
    try {
      return peers
          .apply(name)
          .orElseThrow(() -> new ControlException("no peer called '" + name + "' is known", false));
    } catch (IllegalArgumentException e) {
      throw new ControlException("'" + name + "': " + e.getMessage(), true);
    }
  }

  private static JsonObject describe(PeerInfo peer) {
    JsonObject object = new JsonObject()
        .put("event", "peer")
        .put("peerId", peer.peerId().toString())
        .put("name", peer.alias().orElse(null))
        .put("connected", peer.connected())
        .put("state", peer.health().map(Enum::name).orElse(null));
    peer.link().ifPresent(link -> addMeasures(object, link));
    peer.reputation().ifPresent(why -> object
        .put("score", tenths(why.score()))
        .put("standing", why.standing().name()));
    return object;
  }

  private static void addMeasures(JsonObject object, LinkHealth link) {
    object
        .put("reason", link.reason())
        .put("inStateMillis", link.inStateMicros() / 1000)
        .put("silentMillis", link.silentMicros() / 1000)
        .put("rttMicros", link.rttMicros())
        .put("rttP50Micros", link.rttP50Micros())
        .put("rttP99Micros", link.rttP99Micros())
        .put("jitterMicros", link.jitterMicros())
        .put("lossPermille", link.lossPermille())
        .put("bytesInPerSecond", link.bytesInPerSecond())
        .put("bytesOutPerSecond", link.bytesOutPerSecond())
        .put("loadPermille", link.loadPermille());
  }

  private static JsonObject describe(Explanation.Term term) {
    return new JsonObject()
        .put("event", "term")
        .put("cause", term.cause().name())
        .put("words", term.cause().words())
        .put("points", tenths(term.points()))
        .put("count", term.count())
        .put("agoSeconds", term.agoSeconds())
        .put("halfLifeSeconds", term.cause().halfLife().toSeconds())
        .put("cap", term.cause().cap());
  }

  private static double tenths(double points) {
    return Math.round(points * 10) / 10.0;
  }
}
