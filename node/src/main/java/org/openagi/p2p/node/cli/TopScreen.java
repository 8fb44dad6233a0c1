package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.openagi.p2p.node.client.Values;

/** What {@code p2p top} shows: lines of text made of the figures of a second. Confined to one thread. */
final class TopScreen {
  private static final int HISTORY = 60;
  private static final int PEER_HISTORY = 16;

  /** A clock that is off by less does no harm that anybody would notice. */
  private static final long CLOCK_TOLERANCE_SECONDS = 5;

  /** What stands beside the bars of a line: a word and a rate. */
  private static final int BESIDE_BARS = 18;

  /** Columns that a narrow terminal does without, in this order. */
  private static final List<String> LEAST_WANTED =
      List.of("TRAFFIC", "99 %", "LOAD", "LOSS", "OUT", "IN", "RTT");

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
   * @param size of what they have to fit into
   */
  List<String> lines(
      Values status, List<Values> peerRows, double seconds, Style style, Terminal.Size size) {
    note(status, seconds);
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(SafeText.of(status.text("name").orElse("?"))) + "  "
        + status.text("state").orElse("?") + "  up "
        + Amounts.span(status.whole("uptimeMillis") / 1000)
        + "  " + status.whole("connectedPeers") + " of " + status.whole("knownPeers") + " peers"
        + "  " + status.whole("waitingMessages") + " messages wait ("
        + Amounts.bytes((double) status.whole("waitingBytes")) + ")");
    int bars = Math.clamp(size.columns() - BESIDE_BARS, 0, HISTORY);
    lines.add("in   " + (in.isEmpty() ? total(bytesIn) : style.good(in.last(bars)) + rate(in)));
    lines.add("out  " + (out.isEmpty() ? total(bytesOut) : style.note(out.last(bars)) + rate(out)));
    lines.add("");
    lines.addAll(table(peerRows, size.columns()));
    return fitting(lines, size);
  }

  private static String rate(Sparkline of) {
    return " " + Amounts.bytes(of.last()) + "/s";
  }

  private static String total(long bytes) {
    return Amounts.bytes((double) bytes) + " since the start";
  }

  /** What of the lines fits into a size; the last line says what is left out. */
  static List<String> fitting(List<String> lines, Terminal.Size size) {
    List<String> shown = new ArrayList<>(lines);
    if (lines.size() > size.rows()) {
      shown = new ArrayList<>(lines.subList(0, size.rows() - 1));
      shown.add("… " + (lines.size() - shown.size()) + " more lines");
    }
    shown.replaceAll(line -> Style.cut(line, size.columns()));
    return shown;
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

  private List<String> table(List<Values> rows, int columns) {
    if (rows.isEmpty()) return List.of("no peers");
    peers.keySet().retainAll(rows.stream().map(TopScreen::id).toList());
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("PEER", "STATE", "RTT", "99 %", "LOSS", "IN", "OUT", "LOAD", "TRAFFIC"));
    rows.stream().sorted(Comparator.comparing(TopScreen::name)).forEach(row -> cells.add(row(row)));
    List<List<String>> fitting = cells;
    for (int i = 0; i < LEAST_WANTED.size() && TextTable.width(fitting) > columns; i++) {
      Set<String> without = Set.copyOf(LEAST_WANTED.subList(0, i + 1));
      fitting =
          cells.stream().map(row -> without(row, cells.getFirst(), without)).toList();
    }
    return TextTable.lines(fitting);
  }

  private static List<String> without(List<String> row, List<String> heads, Set<String> left) {
    return IntStream.range(0, row.size())
        .filter(i -> !left.contains(heads.get(i)))
        .mapToObj(row::get)
        .toList();
  }

  private List<String> row(Values peer) {
    Values link = peer.object("link");
    Sparkline traffic = peers.computeIfAbsent(id(peer), each -> new Sparkline(PEER_HISTORY));
    traffic.add(link.whole("bytesInPerSecond") + (double) link.whole("bytesOutPerSecond"));
    long rtt = link.whole("rttMicros") > 0 ? link.whole("rttMicros") : peer.whole("rttMicros");
    return List.of(
        TextTable.cell(name(peer)),
        TextTable.cell(peer.text("state").orElse("-").toLowerCase(Locale.ROOT)) + clock(peer),
        rtt == 0 ? "-" : Deliveries.millis(rtt),
        link.whole("rttP99Micros") == 0 ? "-" : Deliveries.millis(link.whole("rttP99Micros")),
        permille(link, "lossPermille"),
        Amounts.bytes((double) link.whole("bytesInPerSecond")) + "/s",
        Amounts.bytes((double) link.whole("bytesOutPerSecond")) + "/s",
        permille(link, "loadPermille"),
        traffic.toString());
  }

  /** What is to be said of the clock of a peer: nothing unless it differs from this machine's. */
  private static String clock(Values peer) {
    long ahead = peer.whole("clockAheadMillis") / 1000;
    if (Math.abs(ahead) < CLOCK_TOLERANCE_SECONDS) return "";
    return ", clock " + Amounts.span(Math.abs(ahead)) + (ahead > 0 ? " ahead" : " behind");
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
