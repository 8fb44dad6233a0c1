package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.ApiRefusedException;
import org.openagi.p2p.node.client.Values;

/** The way from a node that runs to one peer, step by step. Confined to one thread. */
public final class PeerCheck {
  /** How long the peer may take to say who it is. */
  static final Duration IDENTIFY_PATIENCE = Duration.ofSeconds(8);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(45);
  private static final Duration DELIVERY = Duration.ofSeconds(10);
  private static final long PAUSE_MILLIS = 200;
  private static final String SECURE = "secure";
  private static final String FIND = "find";
  private static final String IDENTIFY = "identify";
  private static final String DELIVER = "deliver";

  private final ApiClient node;
  private final String peer;
  private final List<Finding> findings = new ArrayList<>();
  private final long eventsBefore;

  /** No address of the peer answers: the node would fail in the same way, and take longer. */
  private boolean isOutOfReach;

  private PeerCheck(ApiClient node, String peer) throws IOException {
    this.node = node;
    this.peer = peer;
    this.eventsBefore = node.get("/api/v1/events?limit=1").values().whole("last");
  }

  /**
   * Goes all the way, as far as it comes.
   *
   * @param peer name, peer id or multiaddr
   * @param withMessage whether a message is sent at the end
   */
  public static List<Finding> of(ApiClient node, String peer, boolean withMessage)
      throws IOException, InterruptedException {
    PeerCheck check = new PeerCheck(node, peer);
    check.go(withMessage);
    return check.findings;
  }

  private void go(boolean withMessage) throws IOException, InterruptedException {
    Values known = find();
    if (isOutOfReach && !details(peer).orElse(Values.NONE).flag("connected")) return;
    Values connected = connect(known);
    boolean isMistaken = mistakenIdentity(connected == null ? known : connected);
    if (connected == null || isMistaken) return;
    Values identified = identify(connected);
    if (identified == null) return;
    if (withMessage) deliver(identified.text("peerId").orElse(peer));
  }

  private Values find() throws IOException {
    Values known = details(peer).orElse(Values.NONE);
    List<String> addresses = new ArrayList<>(known.texts("addresses"));
    String address = peer.replaceFirst("/p2p/[^/]+$", ""); // the known ones are without the id
    if (peer.startsWith("/") && !addresses.contains(address)) addresses.addFirst(address);
    if (known.flag("connected")) {
      findings.add(Finding.good(FIND, name(known) + " is known and connected"));
      return known;
    }
    if (addresses.isEmpty()) return known;
    findings.add(Finding.good(FIND, peer + " has the addresses " + String.join(" ", addresses)));
    findings.addAll(dialed(addresses));
    return known;
  }

  /** One way in is enough: failures of the others are no hindrance. */
  private List<Finding> dialed(List<String> addresses) {
    List<Finding> tried = DialCheck.of(addresses);
    isOutOfReach = tried.size() == addresses.size() && tried.stream().allMatch(Finding::isBad);
    boolean isOpen = tried.stream().anyMatch(each -> each.verdict() == Finding.Verdict.GOOD);
    if (!isOpen) return tried;
    return tried.stream()
        .map(each -> each.isBad() ? Finding.note(each.step(), each.code(), each.text(), "") : each)
        .toList();
  }

  private @Nullable Values connect(Values known) throws IOException {
    try {
      JsonObject request = new JsonObject().put("peer", peer);
      Values info = node.post("/api/v1/peers", request, CONNECT_PATIENCE).values();
      if (known.members().isEmpty() && !peer.startsWith("/")) {
        findings.add(Finding.good(FIND, peer + " was found"));
      }
      findings.add(Finding.good(
          SECURE,
          "a channel by " + info.text("security").orElse("?") + ", with the key of "
              + info.text("peerId").orElse("?")));
      return info;
    } catch (ApiRefusedException e) {
      findings.add(refused(e, known));
      return null;
    }
  }

  private Finding refused(ApiRefusedException e, Values known) throws IOException {
    String why = String.valueOf(e.getMessage());
    return switch (e.details()) {
      case "UNKNOWN_PEER", "NO_ADDRESS" ->
        Finding.bad(
            FIND,
            "NOT_FOUND",
            why,
            "look whether it runs and announces itself in the same network (p2p doctor there), or"
                + " name its address: p2p doctor /ip4/HOST/tcp/PORT");
      case "WRONG_PEER" -> wrongKey(why);
      case "REFUSED" -> refusedByPeer(why);
      case "LOCAL_LIMIT" ->
        Finding.bad(
            SECURE, "OWN_LIMIT", why, "raise that limit of this node, such as max_connections");
      case "SELF" ->
        Finding.bad(FIND, "SELF", why, "name another peer; this is the node that asks");
      case "HANDSHAKE" ->
        Finding.bad(
            SECURE,
            "HANDSHAKE_FAILED",
            why,
            "look whether a p2p node listens there, and both have a security protocol in common (p2p"
                + " config security)");
      case "BACKOFF" -> failedBefore(why, known);
      default ->
        Finding.bad(
            SECURE,
            "NOT_CONNECTED",
            why,
            known.members().isEmpty() ? "look whether it runs" : "see the findings before");
    };
  }

  /** The node has lost the addresses that it failed to reach: what it noted when it failed. */
  private Finding failedBefore(String why, Values known) throws IOException {
    String id = known.text("peerId").orElse(peer.substring(peer.lastIndexOf('/') + 1));
    String last = "";
    boolean isRefusal = false;
    for (Values each : node.get("/api/v1/events").values().objects("events")) {
      Values data = each.object("data");
      String cause = data.text("cause").orElse("");
      boolean isIt = data.text("peerId").orElse("").equals(id) && !cause.isEmpty();
      if (!isIt || cause.contains("the next try is due")) continue;
      last = cause;
      isRefusal = data.text("what").orElse("").equals("CONNECTION_REFUSED");
    }
    if (isRefusal) return refusedByPeer(last);
    if (last.contains("(WRONG_PEER)")) return wrongKey(last);
    return Finding.bad(
        SECURE,
        "NOT_CONNECTED",
        why + (last.isEmpty() ? "" : "; the last failure: " + last),
        "see the findings before");
  }

  private static Finding wrongKey(String why) {
    return Finding.bad(
        SECURE,
        "WRONG_KEY",
        "another key than expected is proved there: " + why,
        "if the peer was set up anew, use its new id, and forget the old one with p2p peers"
            + " --forget NAME; if not, somebody else is at that address");
  }

  /** The words are this node's for what the peer gave as a number. */
  private static Finding refusedByPeer(String why) {
    return why.contains("at its limit of")
        ? Finding.bad(
            SECURE,
            "PEER_AT_LIMIT",
            "the peer takes no more: " + why,
            "raise the limit in brackets there, or wait until one of its peers leaves")
        : Finding.bad(
            SECURE,
            "PEER_REFUSES",
            "the peer refuses: " + why,
            "look at p2p tail there; if it refuses this node for its conduct, that passes with time");
  }

  /** The node tells of names that belong to other keys as events, a moment after the channel is there. */
  private boolean mistakenIdentity(Values about) throws IOException, InterruptedException {
    long end = System.nanoTime() + IDENTIFY_PATIENCE.toNanos();
    do {
      Optional<Finding> found = threat(about);
      if (found.isPresent()) {
        findings.add(found.get());
        return true;
      }
      if (about.text("peerId").isEmpty() || isNamed(about)) return false;
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } while (System.nanoTime() < end);
    return false;
  }

  private boolean isNamed(Values about) throws IOException {
    return details(about.text("peerId").orElse(peer))
        .filter(now -> now.flag("connected") && now.text("name").isPresent())
        .isPresent();
  }

  private Optional<Finding> threat(Values about) throws IOException {
    Values log = node.get("/api/v1/events?after=" + eventsBefore).values();
    String id = about.text("peerId").orElse("");
    for (Values each : log.objects("events")) {
      Values data = each.object("data");
      if (!each.text("type").orElse("").equals("security")) continue;
      String cause = data.text("cause").orElse("");
      boolean isIt = data.text("peerId").orElse("").equals(id)
          || cause.contains("'" + peer + "'")
          || cause.contains(peer);
      if (isIt) {
        String what = data.text("what").orElse("IDENTITY");
        String code = what.equals("NAME_TAKEN") ? "WRONG_KEY_PINNED" : what;
        return Optional.of(
            Finding.bad(IDENTIFY, code, cause, data.text("remedy").orElse("")));
      }
    }
    return Optional.empty();
  }

  private @Nullable Values identify(Values connected) throws IOException, InterruptedException {
    String id = connected.text("peerId").orElse(peer);
    Values now = details(id).orElse(connected);
    if (!now.flag("connected")) {
      findings.add(Finding.bad(
          IDENTIFY,
          "CONNECTION_LOST",
          "the connection ended again: " + farewell(id),
          "the reason says who ended it; look at p2p tail at both sides"));
      return null;
    }
    boolean isNamed = now.text("name").isPresent();
    List<String> ours = now.texts("protocols").stream()
        .filter(each -> each.startsWith("/openagi/"))
        .toList();
    findings.add(
        isNamed
            ? Finding.good(
                IDENTIFY,
                name(now) + " runs " + now.text("agent").orElse("?") + " and is "
                    + now.text("state").orElse("connected").toLowerCase(Locale.ROOT))
            : Finding.note(IDENTIFY, "NAMELESS", id + " has not told a name", ""));
    findings.add(
        ours.isEmpty()
            ? Finding.bad(
                "protocols",
                "NO_COMMON_PROTOCOL",
                id + " speaks libp2p, and no protocol of this network",
                "it is another program; it takes no messages of this one")
            : Finding.good("protocols", ours.size() + " in common"));
    return ours.isEmpty() ? null : now;
  }

  private String farewell(String id) throws IOException {
    String reason = "no reason was told";
    for (Values each :
        node.get("/api/v1/events?after=" + eventsBefore).values().objects("events")) {
      Values data = each.object("data");
      boolean isIt = data.text("peerId").orElse("").equals(id);
      if (isIt && data.text("reason").isPresent()) reason = data.text("reason").get();
    }
    return reason;
  }

  private void deliver(String id) throws IOException {
    JsonObject request = new JsonObject()
        .put("to", id)
        .put("text", "p2p doctor")
        .put("type", MessageType.HEARTBEAT.name())
        .put("lifetimeMillis", DELIVERY.toMillis())
        .put("wait", true);
    long start = System.nanoTime();
    Values end = node.post("/api/v1/messages", request, CONNECT_PATIENCE).values();
    double millis = (System.nanoTime() - start) / 1e6;
    String state = end.text("state").orElse("");
    String code = end.text("code").orElse("");
    String reason = end.text("reason").orElse(state);
    if (state.equals("ACKNOWLEDGED")) {
      findings.add(Finding.good(
          DELIVER, String.format(Locale.ROOT, "a message was acknowledged after %.1f ms", millis)));
    } else if (code.equals("NO_HANDLER")) {
      findings.add(Finding.note(
          DELIVER, "NO_HANDLER", "the message arrived, and nothing there handles its type", ""));
    } else if (code.equals("STORAGE_FAILED")) {
      findings.add(Finding.bad(
          DELIVER, "PEER_DISK_FAILS", "the disk of the peer fails: " + reason, "p2p doctor there"));
    } else {
      findings.add(Finding.bad(
          DELIVER,
          code.isEmpty() ? "NOT_DELIVERED" : code,
          "a message was not acknowledged: " + reason,
          "p2p trace " + end.text("id").orElse("") + " shows how far it came"));
    }
  }

  /** Of an address only the id at its end can be known. */
  private Optional<Values> details(String of) throws IOException {
    int id = of.lastIndexOf("/p2p/");
    if (of.startsWith("/") && id < 0) return Optional.empty();
    String known = id < 0 ? of : of.substring(id + "/p2p/".length());
    try {
      return Optional.of(node.get("/api/v1/peers/" + ApiClient.part(known)).values());
    } catch (ApiRefusedException e) {
      return Optional.empty(); // not known, which is a finding of its own
    }
  }

  private static String name(Values of) {
    return of.text("name").or(() -> of.text("peerId")).orElse("?");
  }
}
