package org.openagi.p2p.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a node's ledger says about its processes before this one. Confined to one thread. */
final class Past {
  private static final class Flow {
    private final BitSet intended = new BitSet();
    private final BitSet settled = new BitSet();
    private final Map<Integer, String> accepted = new TreeMap<>();
  }

  private final Flow[] flows;
  private int handled;
  private int settled;

  private Past(int nodes) {
    flows = new Flow[nodes + 1];
    for (int i = 0; i <= nodes; i++) flows[i] = new Flow();
  }

  static Past read(Path ledger, int nodes) throws IOException {
    Past past = new Past(nodes);
    LedgerFile.read(ledger, (line, words) -> past.onLine(words));
    return past;
  }

  private void onLine(String[] words) {
    switch (words[0]) {
      case "intent" -> flow(words).intended.set(Integer.parseInt(words[2]));
      case "accept" -> flow(words).accepted.put(Integer.parseInt(words[2]), words[3]);
      case "settled" -> {
        flow(words).settled.set(Integer.parseInt(words[2]));
        settled++;
      }
      case "handle" -> handled++;
      default -> {}
    }
  }

  private Flow flow(String[] words) {
    return flows[Integer.parseInt(words[1])];
  }

  int handled() {
    return handled;
  }

  int settled() {
    return settled;
  }

  /** The first message to a node that was never submitted. */
  int next(int to) {
    return Math.max(1, flows[to].intended.length());
  }

  /** Messages of which nobody knows whether they were accepted, in order. */
  List<Integer> uncertain(int to) {
    Flow flow = flows[to];
    return flow.intended.stream()
        .filter(number -> !flow.settled.get(number) && !flow.accepted.containsKey(number))
        .boxed()
        .toList();
  }

  /** Messages that were accepted and whose end is not known: their numbers and ids. */
  Map<Integer, String> open(int to) {
    Map<Integer, String> open = new TreeMap<>(flows[to].accepted);
    List<Integer> ended = new ArrayList<>();
    for (int number : open.keySet()) if (flows[to].settled.get(number)) ended.add(number);
    ended.forEach(open::remove);
    return open;
  }
}
