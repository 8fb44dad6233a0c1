package org.openagi.p2p.torture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node process is told at its start. Immutable.
 *
 * @param node its number, from 1
 * @param store {@code journal} or {@code memory}
 * @param listen the multiaddr it listens on
 * @param addresses where each node is reached, by number, the first is node 1
 * @param plant a fault of the harness itself, to see that the checker finds it;
 */
record NodeSettings(
    int node,
    long seed,
    int nodes,
    int messages,
    Path folder,
    Path ledger,
    String store,
    String listen,
    List<String> addresses,
    Plant plant) {

  List<String> toArguments() {
    return new ArrayList<>(List.of(
        "node=" + node,
        "seed=" + seed,
        "nodes=" + nodes,
        "messages=" + messages,
        "folder=" + folder,
        "ledger=" + ledger,
        "store=" + store,
        "listen=" + listen,
        "addresses=" + String.join(",", addresses),
        "plant=" + plant));
  }

  static NodeSettings parse(String[] arguments) {
    Map<String, String> words = new HashMap<>();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      words.put(argument.substring(0, at), argument.substring(at + 1));
    }
    return new NodeSettings(
        Integer.parseInt(word(words, "node")),
        Long.parseLong(word(words, "seed")),
        Integer.parseInt(word(words, "nodes")),
        Integer.parseInt(word(words, "messages")),
        Path.of(word(words, "folder")),
        Path.of(word(words, "ledger")),
        word(words, "store"),
        word(words, "listen"),
        List.of(word(words, "addresses").split(",")),
        Plant.valueOf(word(words, "plant")));
  }

  private static String word(Map<String, String> words, String name) {
    String value = words.get(name);
    if (value == null) throw new IllegalArgumentException("argument missing: " + name);
    return value;
  }

  /** The peer id of a node, by which it is addressed. */
  String peerOf(int number) {
    String address = addresses.get(number - 1);
    return address.substring(address.lastIndexOf('/') + 1);
  }
}
