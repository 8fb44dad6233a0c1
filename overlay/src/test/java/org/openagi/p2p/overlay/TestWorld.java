package org.openagi.p2p.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.broadcast.Broadcast;
import org.openagi.p2p.overlay.broadcast.BroadcastConfig;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.broadcast.BroadcastPort;
import org.openagi.p2p.overlay.membership.Membership;
import org.openagi.p2p.overlay.membership.MembershipConfig;
import org.openagi.p2p.overlay.membership.MembershipPort;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** A network of membership and broadcast in virtual time: constant delays of links, slow or failing dials, deaths and cuts. */
public final class TestWorld {
  /** A signature that its signer alone makes, as far as the tests go. */
  private static final int SIGNATURE_BYTES = 64;

  private record Event(long atNanos, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** A message as it was handed over. */
  public record Delivered(PeerId origin, long number, int hops, long atNanos) {}

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<PeerId, Node> nodes = new LinkedHashMap<>();
  private final VirtualTime time = new VirtualTime();
  private final RandomGenerator random;
  private final MembershipConfig membershipConfig;
  private final BroadcastConfig broadcastConfig;
  private BiPredicate<Node, Node> cut = (a, b) -> false;
  private long order;
  private long violations;
  private boolean frozen;

  public TestWorld(long seed, MembershipConfig membership, BroadcastConfig broadcast) {
    this.random = SeededRandom.of(seed);
    this.membershipConfig = membership;
    this.broadcastConfig = broadcast;
  }

  /** One of its nodes. */
  public final class Node implements MembershipPort, BroadcastPort {
    public final int index;
    public final PeerId id;
    public final Multiaddr address;
    public final Membership membership;
    public final Broadcast broadcast;
    public final Map<PeerId, Node> links = new LinkedHashMap<>();
    public final List<Delivered> delivered = new ArrayList<>();
    public final Map<Long, Integer> takenOver = new HashMap<>();
    public final Map<PeerId, Double> scores = new HashMap<>();
    public final Set<PeerId> protectedPeers = new HashSet<>();
    public boolean alive = true;
    public long framesSent;
    public long bytesSent;
    public long gossipSent;
    private long armedNanos = OverlayMachine.NEVER;

    Node(int index, Multiaddr address) {
      this.index = index;
      this.id = TestPeers.keyless(index);
      this.address = address;
      RandomGenerator own = SeededRandom.of(random.nextLong());
      this.membership = new Membership(membershipConfig, id, this, own);
      this.broadcast = new Broadcast(broadcastConfig, id, this, own, time);
    }

    @Override
    public boolean send(PeerId to, OverlayFrame frame) {
      Node target = links.get(to);
      if (target == null || !alive) return false;
      framesSent++;
      bytesSent += frame.encode().length;
      if (frame instanceof BroadcastFrame.Gossip) gossipSent++;
      at(delayNanos(this, target), () -> target.receive(this, frame));
      return true;
    }

    private void receive(Node from, OverlayFrame frame) {
      if (!alive || links.get(from.id) != from || cut.test(this, from)) return;
      try {
        if (frame.type() < 0x30) membership.onFrame(from.id, again(frame), now());
        else broadcast.onFrame(from.id, again(frame), now());
      } catch (ProtocolViolationException e) {
        violations++;
      }
      arm();
    }

    @Override
    public void dial(PeerId peer, List<Multiaddr> addresses) {
      Node target = nodes.get(peer);
      long handshake = target == null ? 1_000_000 : 3 * delayNanos(this, target);
      at(handshake, () -> dialed(peer, target));
    }

    private void dialed(PeerId peer, @org.jspecify.annotations.Nullable Node target) {
      if (!alive || links.containsKey(peer)) return;
      if (target == null || !target.alive) {
        membership.onDialFailed(peer, now());
        arm();
      } else if (!cut.test(this, target)) { // over a cut nothing is heard at all
        connect(this, target);
      }
    }

    @Override
    public void disconnect(PeerId peer, String why) {
      Node target = links.get(peer);
      if (target == null) return;
      at(0, () -> unlink(this, target, LinkLoss.CLOSED, 0));
    }

    @Override
    public double score(PeerId peer) {
      return scores.getOrDefault(peer, 0.0);
    }

    @Override
    public boolean isProtected(PeerId peer) {
      return protectedPeers.contains(peer);
    }

    @Override
    public List<Multiaddr> addresses() {
      return List.of(address);
    }

    @Override
    public void onViewChanged(PeerId peer, boolean inView) {}

    @Override
    public Bytes sign(Bytes text) {
      return signature(id, text);
    }

    @Override
    public boolean verify(PeerId signer, Bytes text, Bytes signature) {
      return signature(signer, text).equals(signature);
    }

    @Override
    public void onMessage(BroadcastMessage message, PeerId by, int hops) {
      delivered.add(new Delivered(message.origin(), message.number(), hops, now()));
    }

    @Override
    public void onTakenOver(long number, int neighbours) {
      takenOver.put(number, neighbours);
    }

    @Override
    public LinkQuality quality(PeerId neighbour) {
      Node other = links.get(neighbour);
      if (other == null) return LinkQuality.UNKNOWN;
      return new LinkQuality((int) (2 * delayNanos(this, other) / 1000), 0, 0);
    }

    /** Tells it of another node. */
    public void learn(Node other) {
      membership.onKnown(other.id, List.of(other.address), now());
      arm();
    }

    /** Sends a message to everyone. */
    public long sendToAll(String text) {
      long number = broadcast.broadcast(Bytes.ofUtf8(text), now());
      arm();
      return number;
    }

    private void arm() {
      long next = Math.min(membership.nextDeadlineNanos(), broadcast.nextDeadlineNanos());
      if (next >= armedNanos || next == OverlayMachine.NEVER) return;
      armedNanos = next;
      at(Math.max(0, next - now()), () -> {
        if (!alive || armedNanos != next) return;
        armedNanos = OverlayMachine.NEVER;
        membership.onTimer(now());
        broadcast.onTimer(now());
        arm();
      });
    }
  }

  private static Bytes signature(PeerId signer, Bytes text) {
    byte[] bytes = new byte[SIGNATURE_BYTES];
    Arrays.fill(bytes, (byte) (31 * signer.hashCode() + text.hashCode()));
    return Bytes.wrap(bytes);
  }

  /** What arrives on the wire is what was sent. */
  private static OverlayFrame again(OverlayFrame frame) throws ProtocolViolationException {
    org.openagi.p2p.core.codec.WireWriter out = new org.openagi.p2p.core.codec.WireWriter(64);
    frame.write(out);
    byte[] body = out.toArray();
    WireReader in = new WireReader(body, 0, body.length);
    OverlayFrame read = frame.type() < 0x30
        ? org.openagi.p2p.overlay.membership.MembershipFrame.read(frame.type(), in)
        : BroadcastFrame.read(frame.type(), in);
    assertEquals(frame, read);
    return read;
  }

  public Node add() {
    int index = nodes.size();
    return add(Multiaddr.parse("/ip4/10." + index / 250 + "." + index % 250 + ".1/tcp/4001"));
  }

  public Node add(Multiaddr address) {
    Node made = new Node(nodes.size(), address);
    nodes.put(made.id, made);
    return made;
  }

  /** Adds nodes that join one after another through a random earlier one of the first {@code contacts}. */
  public List<Node> grow(int count, int contacts, long gapNanos) {
    List<Node> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Node made = add();
      if (i > 0) made.learn(all.get(random.nextInt(Math.min(i, contacts))));
      all.add(made);
      run(gapNanos);
    }
    return all;
  }

  public void connect(Node a, Node b) {
    if (a.links.containsKey(b.id) || !a.alive || !b.alive) return;
    a.links.put(b.id, b);
    b.links.put(a.id, a);
    OverlayLink there = new OverlayLink(b.id, true, Optional.of(b.address), NodeType.FULL);
    OverlayLink here = new OverlayLink(a.id, false, Optional.of(a.address), NodeType.FULL);
    b.membership.onLinkUp(here, now());
    b.broadcast.onLinkUp(here, now());
    a.membership.onLinkUp(there, now());
    a.broadcast.onLinkUp(there, now());
    a.arm();
    b.arm();
  }

  private void unlink(Node a, Node b, LinkLoss why, long noticedAfterNanos) {
    if (a.links.remove(b.id) == null) return;
    b.links.remove(a.id);
    at(noticedAfterNanos, () -> down(a, b, why));
    at(noticedAfterNanos + delayNanos(a, b), () -> down(b, a, why));
  }

  private void down(Node here, Node there, LinkLoss why) {
    if (!here.alive) return;
    here.membership.onLinkDown(there.id, why, now());
    here.broadcast.onLinkDown(there.id, why, now());
    here.arm();
  }

  /** Ends a process; its neighbours notice within so long. */
  public void kill(Node node, long noticedWithinNanos) {
    node.alive = false;
    for (Node other : List.copyOf(node.links.values())) {
      unlink(other, node, LinkLoss.BROKEN, random.nextLong(noticedWithinNanos + 1));
    }
  }

  /** From now on nothing passes between some nodes; links break after so long. */
  public void cut(BiPredicate<Node, Node> between, long noticedAfterNanos) {
    cut = between;
    for (Node a : nodes.values()) {
      for (Node b : List.copyOf(a.links.values())) {
        if (between.test(a, b)) unlink(a, b, LinkLoss.SILENT, noticedAfterNanos);
      }
    }
  }

  public void heal() {
    cut = (a, b) -> false;
  }

  /** 1 to 20 ms, always the same between two nodes. */
  public static long delayNanos(Node a, Node b) {
    long mix = (a.index + 1L) * (b.index + 1L) * 0x9E3779B97F4A7C15L;
    return 1_000_000 + Math.floorMod(mix >>> 20, 19_000_000L);
  }

  private void at(long delayNanos, Runnable task) {
    if (!frozen) events.add(new Event(now() + delayNanos, order++, task));
  }

  public long now() {
    return time.nanoTime();
  }

  public void run(long nanos) {
    long end = now() + nanos;
    while (!events.isEmpty() && events.peek().atNanos() <= end) {
      Event next = events.poll();
      time.jumpTo(next.atNanos());
      next.task().run();
    }
    time.jumpTo(end);
  }

  public List<Node> alive() {
    return nodes.values().stream().filter(each -> each.alive).toList();
  }

  public RandomGenerator random() {
    return random;
  }

  public long violations() {
    return violations;
  }

  /** Sizes of the parts that are connected by views, the largest first. */
  public List<Integer> components() {
    Set<Node> left = new HashSet<>(alive());
    List<Integer> sizes = new ArrayList<>();
    for (Node start : alive()) {
      if (!left.remove(start)) continue;
      int size = 0;
      Deque<Node> open = new ArrayDeque<>(List.of(start));
      while (!open.isEmpty()) {
        Node node = open.remove();
        size++;
        for (PeerId peer : node.membership.view()) {
          Node other = nodes.get(peer);
          if (other != null && other.alive && left.remove(other)) open.add(other);
        }
      }
      sizes.add(size);
    }
    sizes.sort(java.util.Comparator.reverseOrder());
    return sizes;
  }
}
