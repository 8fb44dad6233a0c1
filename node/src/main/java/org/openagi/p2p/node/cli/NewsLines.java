package org.openagi.p2p.node.cli;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.openagi.p2p.node.client.Values;

/** What the WebSocket of the local API tells, in a line for people. */
final class NewsLines {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

  private NewsLines() {}

  /** One of the news, with the time of this place. */
  static String line(long at, String type, Values of, Style style) {
    String clock =
        CLOCK.format(LocalTime.ofInstant(Instant.ofEpochMilli(at), ZoneId.systemDefault()));
    return style.dim(clock) + "  " + words(type, of, style);
  }

  private static String words(String type, Values of, Style style) {
    String who = who(of);
    return switch (type) {
      case "listening" -> "listening on " + safe(String.join(" ", of.texts("addresses")));
      case "peer_discovered" ->
        style.dim("found " + who + " " + safe(String.join(" ", of.texts("addresses"))));
      case "peer_connected" ->
        style.dim("connected " + (of.flag("inbound") ? "from " : "to ") + who + " by "
            + text(of, "security"));
      case "peer_identified" -> style.good("+ " + who) + " joined (" + text(of, "nodeType") + ")";
      case "peer_disconnected" -> style.bad("- " + who) + " left: " + text(of, "reason");
      case "health_changed" ->
        "  " + who + " is " + text(of, "to").toLowerCase(Locale.ROOT) + ": " + text(of, "why");
      case "fault" ->
        style.note("! " + text(of, "what").toLowerCase(Locale.ROOT).replace('_', ' ')) + " "
            + (of.text("peerId").isPresent() ? who : "") + ": " + text(of, "cause") + "; "
            + text(of, "consequence");
      case "security" ->
        style.bad("! " + text(of, "what").toLowerCase(Locale.ROOT).replace('_', ' ')) + " " + who
            + ": " + text(of, "cause") + "; " + text(of, "remedy");
      case "message" ->
        style.bold(text(of, "from")) + " to " + text(of, "to") + ": "
            + of.text("text").map(SafeText::of).orElse(of.whole("bytes") + " bytes");
      case "delivery" ->
        "  " + text(of, "state").toLowerCase(Locale.ROOT) + ": " + text(of, "id") + " for "
            + text(of, "to") + of.text("reason").map(why -> ", " + safe(why)).orElse("");
      case "sample" -> sample(of.object("status"));
      default -> safe(type);
    };
  }

  private static String sample(Values status) {
    long peers = status.whole("connectedPeers");
    long waiting = status.whole("waitingMessages");
    return peers + (peers == 1 ? " peer, " : " peers, ") + waiting
        + (waiting == 1 ? " message waits, " : " messages wait, ")
        + Amounts.bytes((double) status.whole("bytesIn")) + " in, "
        + Amounts.bytes((double) status.whole("bytesOut")) + " out";
  }

  private static String who(Values of) {
    Optional<String> name = of.text("name");
    return safe(name.or(() -> of.text("peerId")).orElse("?"));
  }

  private static String text(Values of, String name) {
    return safe(of.text(name).orElse("?"));
  }

  private static String safe(String text) {
    return SafeText.of(text);
  }
}
