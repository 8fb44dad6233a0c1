package org.openagi.p2p.torture;

import java.io.IOException;
import java.util.List;

/** What the nodes of a run are connected by. Confined to one thread. */
interface Network extends AutoCloseable {
  /** What a command that is to run on a node's host begins with. */
  List<String> on(int node);

  /** The multiaddr a node listens on, without its peer id. */
  String listenAddress(int node);

  /** Whether there are wires that can be spoiled. */
  boolean hasWires();

  /** Spoils a wire. */
  void weather(Fault.Weather weather) throws IOException;

  /** Resets the connections between two hosts. */
  void cut(Fault.Cut cut) throws IOException;

  /** Parts some hosts from the others. */
  void split(List<Integer> some) throws IOException;

  /** Ends all partitions. */
  void heal() throws IOException;

  /** Takes it down and returns what it counted, for people. */
  String end() throws IOException, InterruptedException;

  @Override
  void close();
}
