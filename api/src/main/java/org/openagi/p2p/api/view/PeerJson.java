package org.openagi.p2p.api.view;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.overlay.health.LinkHealth;
import org.openagi.p2p.overlay.reputation.Explanation;

/** A peer as JSON. */
public final class PeerJson {
  private PeerJson() {}

  /** A row of the table of peers. */
  public static JsonObject row(PeerInfo peer) {
    JsonObject object = new JsonObject()
        .put("peerId", peer.peerId().toString())
        .put("name", peer.alias().orElse(null))
        .put("type", peer.nodeType().map(t -> t.name().toLowerCase(Locale.ROOT)).orElse(null))
        .put("connected", peer.connected())
        .put("state", peer.health().map(Enum::name).orElse(null))
        .put("rttMicros", peer.roundTrip().map(rtt -> rtt.toNanos() / 1000).orElse(0L))
        .put("security", peer.security().orElse(null))
        .put("connectedSince", millis(peer.connectedSince().orElse(null)))
        .put("lastSeen", millis(peer.lastSeen().orElse(null)))
        .put("bytesIn", peer.bytesIn())
        .put("bytesOut", peer.bytesOut())
        .put("agent", peer.agentVersion().orElse(null));
    peer.reputation().ifPresent(why -> object
        .put("score", tenths(why.score()))
        .put("standing", why.standing().name()));
    peer.clockAhead().ifPresent(ahead -> object.put("clockAheadMillis", ahead.toMillis()));
    peer.link().ifPresent(link -> object.put("link", link(link)));
    return object;
  }

  /** Everything that is known of one peer. */
  public static JsonObject full(PeerInfo peer) {
    List<JsonObject> terms = peer.reputation().stream()
        .flatMap(why -> why.terms().stream())
        .map(PeerJson::term)
        .toList();
    return row(peer)
        .put("addresses", peer.addresses().stream().map(Object::toString).toList())
        .put("protocols", peer.protocols())
        .put("terms", terms);
  }

  private static long millis(@Nullable Instant at) {
    return at == null ? 0 : at.toEpochMilli();
  }

  /** What is measured of a link. */
  static JsonObject link(LinkHealth link) {
    return measures(new JsonObject(), link);
  }

  /** Adds what is measured of a link to an object. */
  public static JsonObject measures(JsonObject object, LinkHealth link) {
    return object
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

  /** One term of a score. */
  public static JsonObject term(Explanation.Term term) {
    return term(new JsonObject(), term);
  }

  /** Adds one term of a score to an object. */
  public static JsonObject term(JsonObject object, Explanation.Term term) {
    return object
        .put("cause", term.cause().name())
        .put("words", term.cause().words())
        .put("points", tenths(term.points()))
        .put("count", term.count())
        .put("agoSeconds", term.agoSeconds())
        .put("halfLifeSeconds", term.cause().halfLife().toSeconds())
        .put("cap", term.cause().cap());
  }

  /** A score, to one place. */
  public static double tenths(double points) {
    return Math.round(points * 10) / 10.0;
  }
}
