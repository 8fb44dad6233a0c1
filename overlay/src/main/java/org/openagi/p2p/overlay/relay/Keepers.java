package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;

/** Who keeps whose mail: rendezvous hashing, so that all senders choose the same nodes for a recipient, and others for others. */
final class Keepers {
  private record Scored(PeerId node, long score) {}

  private Keepers() {}

  /** The best nodes for a recipient, the best one first. */
  static List<PeerId> choose(PeerId recipient, List<PeerId> nodes, int most) {
    List<Scored> scored = new ArrayList<>(nodes.size());
    for (PeerId node : nodes) {
      if (!node.equals(recipient)) scored.add(new Scored(node, score(recipient, node)));
    }
    scored.sort(Comparator.comparingLong(Scored::score).reversed().thenComparing(Scored::node));
    return scored.stream().limit(most).map(Scored::node).toList();
  }

  private static long score(PeerId recipient, PeerId node) {
    return mix(mix(tail(recipient)) ^ tail(node));
  }

  private static long tail(PeerId peer) {
    Bytes id = peer.toBytes();
    long tail = 0;
    for (int i = id.length() - 8; i < id.length(); i++) tail = tail << 8 | (id.get(i) & 0xff);
    return tail;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
