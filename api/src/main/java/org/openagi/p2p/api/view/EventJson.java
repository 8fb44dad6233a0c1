package org.openagi.p2p.api.view;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.event.NetworkEvent;

/** Events of a node as JSON. */
public final class EventJson {
  private EventJson() {}

  /** What kind it is: the word in {@code type}. */
  public static String type(NetworkEvent event) {
    return switch (event) {
      case NetworkEvent.Listening e -> "listening";
      case NetworkEvent.PeerDiscovered e -> "peer_discovered";
      case NetworkEvent.PeerConnected e -> "peer_connected";
      case NetworkEvent.PeerIdentified e -> "peer_identified";
      case NetworkEvent.HealthChanged e -> "health_changed";
      case NetworkEvent.PeerDisconnected e -> "peer_disconnected";
      case NetworkEvent.FaultEvent e -> "fault";
      case NetworkEvent.SecurityEvent e -> "security";
    };
  }

  /** What happened. */
  public static JsonObject data(NetworkEvent event, Function<PeerId, Optional<String>> names) {
    JsonObject object = new JsonObject();
    switch (event) {
      case NetworkEvent.Listening e ->
        object.put("addresses", e.addresses().stream().map(Object::toString).toList());
      case NetworkEvent.PeerDiscovered e ->
        who(object, e.peer(), names)
            .put("addresses", e.addresses().stream().map(Object::toString).toList());
      case NetworkEvent.PeerConnected e ->
        who(object, e.peer(), names)
            .put("address", e.address().toString())
            .put("inbound", e.inbound())
            .put("security", e.security());
      case NetworkEvent.PeerIdentified e ->
        object
            .put("peerId", e.peer().toString())
            .put("name", e.alias())
            .put("nodeType", e.nodeType().name().toLowerCase(Locale.ROOT));
      case NetworkEvent.HealthChanged e ->
        who(object, e.peer(), names)
            .put("from", e.from().name())
            .put("to", e.to().name())
            .put("why", e.why());
      case NetworkEvent.PeerDisconnected e ->
        object
            .put("peerId", e.peer().toString())
            .put("name", e.alias().orElse(null))
            .put("reason", e.reason());
      case NetworkEvent.FaultEvent e -> {
        object.put("what", e.what().name());
        e.who().ifPresent(peer -> who(object, peer, names));
        object.put("cause", e.cause()).put("consequence", e.consequence());
      }
      case NetworkEvent.SecurityEvent e ->
        who(object.put("what", e.what().name()), e.who(), names)
            .put("cause", e.cause())
            .put("remedy", e.remedy());
    }
    return object;
  }

  private static JsonObject who(
      JsonObject object, PeerId peer, Function<PeerId, Optional<String>> names) {
    return object.put("peerId", peer.toString()).put("name", names.apply(peer).orElse(null));
  }
}
