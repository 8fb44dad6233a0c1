package org.openagi.p2p.node.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.event.NetworkEvent;

/** Prints what happens to a running node. Safe for any thread. */
final class EventPrinter {
  /** Names remembered for printing; beyond it, peers are shown by their id. */
  static final int NAMES_MAX = 10_000;

  private final Output out;
  private final Map<PeerId, String> names = new ConcurrentHashMap<>();

  EventPrinter(Output out) {
    this.out = out;
  }

  /** Prints one event; the end of listening and the like. */
  void print(NetworkEvent event) {
    switch (event) {
      case NetworkEvent.Listening e -> addressesChanged(e);
      case NetworkEvent.PeerDiscovered e -> discovered(e);
      case NetworkEvent.PeerConnected e -> connected(e);
      case NetworkEvent.PeerIdentified e -> joined(e);
      case NetworkEvent.HealthChanged e -> health(e);
      case NetworkEvent.PeerDisconnected e -> left(e);
      case NetworkEvent.FaultEvent e -> fault(e);
      case NetworkEvent.SecurityEvent e -> security(e);
    }
  }

  /** Prints a message that was received. */
  void print(NetworkMessage message) {
    JsonObject object = object("message").put("from", message.senderId());
    object.put("id", message.messageId()).put("type", message.messageType().name());
    Payload.addTo(object, message.payload());
    String who = out.style().bold(SafeText.of(nameOf(message.senderId())));
    out.tell(object, who + ": " + Payload.line(message.payload()));
  }

  /** The name of a connected peer for people, or the short form of its id. */
  String nameOf(PeerId peer) {
    String name = names.get(peer);
    return name == null ? peer.shortString() : name;
  }

  static JsonObject object(String event) {
    return new JsonObject().put("event", event);
  }

  static List<String> texts(List<Multiaddr> addresses) {
    return addresses.stream().map(Multiaddr::toString).toList();
  }

  private String nameOf(String sender) {
    try {
      return nameOf(PeerId.parse(sender));
    } catch (IllegalArgumentException e) {
      return sender; // an alias already
    }
  }

  private void addressesChanged(NetworkEvent.Listening e) {
    if (e.addresses().isEmpty()) return; // the node is about to stop
    out.tell(
        at(object("addresses"), e).put("addresses", texts(e.addresses())),
        out.style().dim("now listening on " + String.join(" ", texts(e.addresses()))));
  }

  private void discovered(NetworkEvent.PeerDiscovered e) {
    out.tell(
        at(object("discovered"), e)
            .put("peerId", e.peer().toString())
            .put("addresses", texts(e.addresses())),
        out.style()
            .dim("found " + nameOf(e.peer()) + " " + String.join(" ", texts(e.addresses()))));
  }

  private void connected(NetworkEvent.PeerConnected e) {
    out.tell(
        at(object("connected"), e)
            .put("peerId", e.peer().toString())
            .put("address", e.address().toString())
            .put("inbound", e.inbound())
            .put("security", e.security()),
        out.style()
            .dim(String.format(
                Locale.ROOT,
                "connected %s %s by %s",
                e.inbound() ? "from" : "to",
                nameOf(e.peer()),
                e.security())));
  }

  private void joined(NetworkEvent.PeerIdentified e) {
    if (names.size() < NAMES_MAX) names.put(e.peer(), e.alias());
    String what = e.nodeType().name().toLowerCase(Locale.ROOT);
    out.tell(
        at(object("joined"), e)
            .put("peerId", e.peer().toString())
            .put("name", e.alias())
            .put("nodeType", e.nodeType().name()),
        out.style().good("+ " + SafeText.of(e.alias()))
            + " joined ("
            + what
            + ", "
            + e.peer().shortString()
            + ")");
  }

  private void health(NetworkEvent.HealthChanged e) {
    out.tell(
        at(object("health"), e)
            .put("peerId", e.peer().toString())
            .put("from", e.from().name())
            .put("to", e.to().name())
            .put("why", e.why()),
        out.style().dim("  " + SafeText.of(nameOf(e.peer())) + " is " + words(e.to()) + ": ")
            + SafeText.of(e.why()));
  }

  private void left(NetworkEvent.PeerDisconnected e) {
    JsonObject object = at(object("left"), e).put("peerId", e.peer().toString());
    e.alias().ifPresent(alias -> object.put("name", alias));
    out.tell(
        object.put("reason", e.reason()),
        out.style().bad("- " + SafeText.of(e.alias().orElseGet(() -> nameOf(e.peer()))))
            + " left: "
            + SafeText.of(e.reason()));
  }

  private void fault(NetworkEvent.FaultEvent e) {
    JsonObject object = at(object("fault"), e).put("what", e.what().name());
    e.who().ifPresent(peer -> object.put("peerId", peer.toString()));
    String who = e.who().map(peer -> " " + nameOf(peer)).orElse("");
    out.tell(
        object.put("cause", e.cause()).put("consequence", e.consequence()),
        out.style().note("! " + words(e.what()) + SafeText.of(who))
            + ": "
            + SafeText.of(e.cause() + "; " + e.consequence()));
  }

  private void security(NetworkEvent.SecurityEvent e) {
    out.tell(
        at(object("security"), e)
            .put("what", e.what().name())
            .put("peerId", e.who().toString())
            .put("cause", e.cause())
            .put("remedy", e.remedy()),
        out.style().bad("! " + words(e.what()) + " " + SafeText.of(nameOf(e.who())))
            + ": "
            + SafeText.of(e.cause() + "; " + e.remedy()));
  }

  private static String words(Enum<?> kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static JsonObject at(JsonObject object, NetworkEvent event) {
    return object.put("time", event.at().toEpochMilli());
  }
}
