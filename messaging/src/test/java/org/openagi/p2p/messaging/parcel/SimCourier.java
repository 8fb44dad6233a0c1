package org.openagi.p2p.messaging.parcel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** A network of relays and a mailbox between nodes: delays, loses, repeats, reorders, alters, refuses, keeps. */
final class SimCourier {
  /** What it carries to. */
  interface Node {
    void onParcel(Parcel parcel);

    void onTaken(Bytes id, PeerId by);

    void onRefused(Bytes id, PeerId by, ParcelRefusal why);

    void onWay(PeerId peer);
  }

  static final PeerId RELAY = TestPeers.filledKey(101).peerId();
  static final PeerId OTHER = TestPeers.filledKey(102).peerId();

  private final VirtualWorld world;
  private final Map<PeerId, Node> nodes = new LinkedHashMap<>();
  private final Map<PeerId, Bytes> keys = new LinkedHashMap<>();
  private final Map<PeerId, Reach.Kind> reaches = new LinkedHashMap<>();
  private final Map<PeerId, List<Parcel>> mailboxes = new LinkedHashMap<>();
  final List<Parcel> seen = new ArrayList<>();
  long delayNanos = 5_000_000;
  long jitterNanos = 2_000_000;
  double loss;
  double duplicates;
  double altered;
  double refusals;
  double mailLoss;
  List<PeerId> hops = List.of(RELAY, OTHER);

  @Nullable
  PeerId deadHop;

  @Nullable
  PeerId deadHopTo;

  SimCourier(VirtualWorld world) {
    this.world = world;
  }

  void join(PeerId self, Node node, Bytes key) {
    nodes.put(self, node);
    keys.put(self, key);
  }

  void leave(PeerId self) {
    nodes.remove(self);
  }

  /** How others reach a peer from now on. */
  void reach(PeerId peer, Reach.Kind kind) {
    reaches.put(peer, kind);
    if (kind == Reach.Kind.ROUTED) handOver(peer);
    nodes.forEach((self, node) -> {
      if (!self.equals(peer)) world.after(0, () -> node.onWay(peer));
    });
  }

  void forgetKey(PeerId peer) {
    keys.remove(peer);
  }

  void learnKey(PeerId peer, Bytes key) {
    keys.put(peer, key);
    nodes.forEach((self, node) -> world.after(0, () -> node.onWay(peer)));
  }

  private void handOver(PeerId peer) {
    List<Parcel> mail = mailboxes.remove(peer);
    if (mail == null) return;
    for (Parcel parcel : mail) world.after(delay(), () -> deliver(parcel));
  }

  int mailOf(PeerId peer) {
    return mailboxes.getOrDefault(peer, List.of()).size();
  }

  Way way(PeerId peer) {
    Reach.Kind kind = reaches.getOrDefault(peer, Reach.Kind.NONE);
    return new Way(
        kind == Reach.Kind.NONE ? Reach.NONE : new Reach(kind, hops, 2, 2 * delayNanos / 1_000),
        keys.get(peer));
  }

  private long delay() {
    return delayNanos + (long) (world.random().nextDouble() * jitterNanos);
  }

  private boolean happens(double probability) {
    return world.random().nextDouble() < probability;
  }

  void send(PeerId from, Parcel parcel, @Nullable PeerId avoid) {
    seen.add(parcel);
    PeerId by = hops.getFirst();
    if (by.equals(avoid) && hops.size() > 1) by = hops.get(1);
    PeerId hop = by;
    Reach.Kind kind = reaches.getOrDefault(parcel.to(), Reach.Kind.NONE);
    if (kind == Reach.Kind.NONE || happens(refusals)) {
      ParcelRefusal why = kind == Reach.Kind.NONE ? ParcelRefusal.NO_ROUTE : ParcelRefusal.FULL;
      world.after(delay(), () -> tell(from, node -> node.onRefused(parcel.id(), hop, why)));
      return;
    }
    world.after(1_000_000, () -> tell(from, node -> node.onTaken(parcel.id(), hop)));
    if ((hop.equals(deadHop) && parcel.to().equals(deadHopTo)) || happens(loss)) return;
    Parcel passed = pass(from, parcel, hop);
    world.after(delay(), () -> arrive(passed));
    if (happens(duplicates)) world.after(3 * delay(), () -> arrive(passed));
  }

  private Parcel pass(PeerId from, Parcel parcel, PeerId hop) {
    byte[] sealed = parcel.sealed().toArray();
    if (happens(altered)) sealed[world.random().nextInt(sealed.length)] ^= 1;
    return new Parcel(
        parcel.id(),
        parcel.to(),
        parcel.ttl() - 1,
        parcel.lifetimeMillis(),
        parcel.keep(),
        List.of(new Parcel.Hop(from, 10, 1_000), new Parcel.Hop(hop, 700, 840)),
        Bytes.wrap(sealed));
  }

  private void arrive(Parcel parcel) {
    Reach.Kind kind = reaches.getOrDefault(parcel.to(), Reach.Kind.NONE);
    if (kind == Reach.Kind.ROUTED) {
      deliver(parcel);
    } else if (kind == Reach.Kind.MAILBOX && parcel.keep() && !happens(mailLoss)) {
      mailboxes.computeIfAbsent(parcel.to(), to -> new ArrayList<>()).add(parcel);
    }
  }

  void deliver(Parcel parcel) {
    Node node = nodes.get(parcel.to());
    if (node != null) node.onParcel(parcel);
  }

  private void tell(PeerId to, java.util.function.Consumer<Node> what) {
    Node node = nodes.get(to);
    if (node != null) what.accept(node);
  }
}
