package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openagi.p2p.node.client.Values;

/** What {@code p2p top} shows: lines of text made of the figures of a second. Confined to one thread. */
final class TopScreen {
  private static final int HISTORY = 60;
  private static final int PEER_HISTORY = 16;

  private final Sparkline in = new Sparkline(HISTORY);
  private final Sparkline out = new Sparkline(HISTORY);
  private final Map<String, Sparkline> peers = new HashMap<>();
  private long bytesIn = -1;
  private long bytesOut;

  /**
   * The lines of now.
   *
   * @param status of the node, and its peers, as the API tells them
   * @param seconds since the last time; any the first time
   */
  List<String> lines(Values status, List<Values> peerRows, double seconds, Style style) {
    note(status, seconds);
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(SafeText.of(status.text("name").orElse("?"))) + "  "
        + status.text("state").orElse("?") + "  up "
        + Amounts.span(status.whole("uptimeMillis") / 1000)
        + "  " + status.whole("connectedPeers") + " of " + status.whole("knownPeers") + " peers"
        + "  " + status.whole("waitingMessages") + " messages wait ("
        + Amounts.bytes((double) status.whole("waitingBytes")) + ")");
    lines.add("in   " + style.good(in.toString()) + " " + Amounts.bytes(in.last()) + "/s");
    lines.add("out  " + style.note(out.toString()) + " " + Amounts.bytes(out.last()) + "/s");
    lines.add("");
    lines.addAll(table(peerRows));
    return lines;
  }

  private void note(Values status, double seconds) {
    long nowIn = status.whole("bytesIn");
    long nowOut = status.whole("bytesOut");
    if (bytesIn >= 0 && seconds > 0) {
      in.add((nowIn - bytesIn) / seconds);
      out.add((nowOut - bytesOut) / seconds);
    }
    bytesIn = nowIn;
    bytesOut = nowOut;
  }

  private List<String> table(List<Values> rows) {
    if (rows.isEmpty()) return List.of("no peers");
    peers.keySet().retainAll(rows.stream().map(TopScreen::id).toList());
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("PEER", "STATE", "RTT", "99 %", "LOSS", "IN", "OUT", "LOAD", "TRAFFIC"));
    rows.stream().sorted(Comparator.comparing(TopScreen::name)).forEach(row -> cells.add(row(row)));
    return TextTable.lines(cells);
  }

  private List<String> row(Values peer) {
    Values link = peer.object("link");
    Sparkline traffic = peers.computeIfAbsent(id(peer), each -> new Sparkline(PEER_HISTORY));
    traffic.add(link.whole("bytesInPerSecond") + (double) link.whole("bytesOutPerSecond"));
    long rtt = link.whole("rttMicros") > 0 ? link.whole("rttMicros") : peer.whole("rttMicros");
    return List.of(
        TextTable.cell(name(peer)),
        TextTable.cell(peer.text("state").orElse("-").toLowerCase(Locale.ROOT)),
        rtt == 0 ? "-" : Deliveries.millis(rtt),
        link.whole("rttP99Micros") == 0 ? "-" : Deliveries.millis(link.whole("rttP99Micros")),
        permille(link, "lossPermille"),
        Amounts.bytes((double) link.whole("bytesInPerSecond")) + "/s",
        Amounts.bytes((double) link.whole("bytesOutPerSecond")) + "/s",
        permille(link, "loadPermille"),
        traffic.toString());
  }

  private static String permille(Values of, String name) {
    return of.number(name).isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.1f %%", of.number(name).getAsDouble() / 10);
  }

  private static String id(Values peer) {
    return peer.text("peerId").orElse("");
  }

  private static String name(Values peer) {
    return peer.text("name").orElse(id(peer));
  }
}
