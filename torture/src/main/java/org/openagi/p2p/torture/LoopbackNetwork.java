package org.openagi.p2p.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** The loopback interface of this machine: nothing can be spoiled, and it needs no rights. */
final class LoopbackNetwork implements Network {
  private final List<Integer> ports = new ArrayList<>();

  /** Picks a port for each node that is free now, since a node that starts again keeps its port. */
  LoopbackNetwork(int nodes) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < nodes; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports.add(socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : held) socket.close();
    }
  }

  @Override
  public List<String> on(int node) {
    return List.of();
  }

  @Override
  public String listenAddress(int node) {
    return "/ip4/127.0.0.1/tcp/" + ports.get(node - 1);
  }

  @Override
  public boolean hasWires() {
    return false;
  }

  @Override
  public void weather(Fault.Weather weather) {
    throw new UnsupportedOperationException("no wires");
  }

  @Override
  public void cut(Fault.Cut cut) {
    throw new UnsupportedOperationException("no wires");
  }

  @Override
  public void split(List<Integer> some) {
    throw new UnsupportedOperationException("no wires");
  }

  @Override
  public void heal() {}

  @Override
  public String end() {
    return "loopback";
  }

  @Override
  public void close() {}
}
