package org.openagi.p2p.overlay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.linkstate.AdvertRefusal;
import org.openagi.p2p.overlay.linkstate.LinkAdvert;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame;
import org.openagi.p2p.overlay.linkstate.LinkStatePort;
import org.openagi.p2p.overlay.linkstate.LinkStates;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.overlay.relay.MailStore;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.overlay.relay.Relay;
import org.openagi.p2p.overlay.relay.RelayConfig;
import org.openagi.p2p.overlay.relay.RelayFault;
import org.openagi.p2p.overlay.relay.RelayFrame;
import org.openagi.p2p.overlay.relay.RelayPort;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/**
 * Nodes that run link state and relay alone, joined by links that tests make and cut, on virtual time. Frames travel as bytes.
 * Signatures are a cheap stand-in: right for who signs, wrong for who does not.
 */
public final class RoutingNet {
  public final VirtualTime time = new VirtualTime();
  public final RandomGenerator random;
  public final Map<PeerId, Node> nodes = new LinkedHashMap<>();
  public long frames;

  /** Whether frames travel as bytes; costs time in large networks. */
  public boolean encoding = true;

  /** Sees each frame that is sent, and may keep it from being delivered. */
  public Spy spy = (from, to, frame) -> true;

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long numbers;

  public interface Spy {
    boolean passes(Node from, Node to, OverlayFrame frame);
  }

  private record Event(long at, long number, Runnable action) {}

  private static final class Wire {
    final long latencyNanos;
    boolean up = true;

    Wire(long latencyNanos) {
      this.latencyNanos = latencyNanos;
    }
  }

  public RoutingNet(long seed) {
    this.random = SeededRandom.of(seed);
  }

  public static Bytes signature(PeerId origin, Bytes signed) {
    return Bytes.fromHex(String.format("%08x%08x", origin.hashCode(), signed.hashCode()));
  }

  /** What a test was told by a node. */
  public final class Node implements LinkStatePort, RelayPort, Courier.Listener {
    public final PeerId id;
    public final NodeType type;
    public LinkStates links;
    public Relay relay;
    public final List<Parcel> parcels = new ArrayList<>();
    public final Map<Bytes, Long> arrivedAt = new HashMap<>();
    public final List<Bytes> taken = new ArrayList<>();
    public final Map<Bytes, ParcelRefusal> refused = new LinkedHashMap<>();
    public final List<String> reaches = new ArrayList<>();
    public final List<String> blames = new ArrayList<>();
    public int wasted;
    public final Map<PeerId, LinkQuality> qualities = new HashMap<>();
    public final Set<PeerId> avoided = new HashSet<>();
    public boolean busy;
    public boolean alive = true;
    private final Map<PeerId, Wire> wires = new LinkedHashMap<>();
    private long armedNanos = OverlayMachine.NEVER;

    Node(
        PeerId id,
        NodeType type,
        LinkStateConfig links,
        RelayConfig relay,
        @Nullable MailStore store) {
      this.id = id;
      this.type = type;
      this.links = new LinkStates(links, id, this, random, time);
      this.relay = new Relay(relay, id, this, store, random, time);
      this.relay.setListener(this);
    }

    public List<PeerId> neighbours() {
      return List.copyOf(wires.keySet());
    }

    @Override
    public boolean send(PeerId to, OverlayFrame frame) {
      Wire wire = wires.get(to);
      if (wire == null || (busy && frame instanceof RelayFrame.Carry)) return false;
      Node there = node(to);
      OverlayFrame sent = encoding ? decode(frame.encode()) : frame;
      frames++;
      if (!spy.passes(this, there, frame)) return true;
      at(time.nanoTime() + wire.latencyNanos, () -> {
        if (wire.up && there.alive) there.receive(id, sent);
      });
      return true;
    }

    public void receive(PeerId from, OverlayFrame frame) {
      try {
        if (frame instanceof LinkStateFrame) links.onFrame(from, frame, time.nanoTime());
        else relay.onFrame(from, frame, time.nanoTime());
      } catch (ProtocolViolationException e) {
        throw new AssertionError(e);
      }
      arm();
    }

    public void arm() {
      long due = Math.min(links.nextDeadlineNanos(), relay.nextDeadlineNanos());
      if (due == OverlayMachine.NEVER || due >= armedNanos) return;
      armedNanos = due;
      at(due, () -> {
        if (armedNanos != due || !alive) return;
        armedNanos = OverlayMachine.NEVER;
        links.onTimer(time.nanoTime());
        relay.onTimer(time.nanoTime());
        arm();
      });
    }

    public void send(Parcel parcel) {
      relay.send(parcel, null);
      arm();
    }

    @Override
    public Bytes sign(Bytes signed) {
      return signature(id, signed);
    }

    @Override
    public void verify(LinkAdvert advert, Consumer<Boolean> verdict) {
      verdict.accept(advert.signature().equals(signature(advert.origin(), advert.signedBytes())));
    }

    @Override
    public LinkQuality quality(PeerId neighbour) {
      Wire wire = wires.get(neighbour);
      int rtt = wire == null ? 0 : (int) (2 * wire.latencyNanos / 1000);
      return qualities.getOrDefault(neighbour, new LinkQuality(rtt, 0, 0));
    }

    @Override
    public List<PeerId> gossipTargets() {
      return neighbours();
    }

    @Override
    public boolean avoid(PeerId neighbour) {
      return avoided.contains(neighbour);
    }

    @Override
    public boolean isSilent(PeerId neighbour) {
      return relay.isSilent(neighbour);
    }

    @Override
    public boolean isReplaced(PeerId neighbour) {
      return relay.isReplaced(neighbour);
    }

    @Override
    public void onDoubt(PeerId neighbour) {
      links.onJudged(neighbour, time.nanoTime());
    }

    @Override
    public int rttMicros(PeerId neighbour) {
      return quality(neighbour).rttMicros();
    }

    @Override
    public void blame(PeerId neighbour, AdvertRefusal why) {
      blames.add(why.toString());
    }

    @Override
    public void onRoutesChanged() {
      if (relay != null) relay.onRoutesChanged(time.nanoTime());
    }

    @Override
    public Route route(PeerId destination, long nowNanos) {
      return links.route(destination, nowNanos);
    }

    @Override
    public List<PeerId> keepers(long nowNanos) {
      return links.keepers(nowNanos);
    }

    @Override
    public Optional<Bytes> sealKey(PeerId peer) {
      return links.sealKey(peer);
    }

    @Override
    public void announceSealKey(Bytes key, long nowNanos) {
      links.announceSealKey(key, nowNanos);
    }

    @Override
    public boolean serves(PeerId neighbour) {
      return true;
    }

    @Override
    public void blame(PeerId neighbour, RelayFault why) {
      blames.add(why.toString());
    }

    @Override
    public void wasted(PeerId by) {
      wasted++;
    }

    @Override
    public void onParcel(PeerId by, Parcel parcel) {
      parcels.add(parcel);
      arrivedAt.put(parcel.id(), time.nanoTime());
    }

    @Override
    public void onTaken(Bytes parcelId, PeerId by) {
      taken.add(parcelId);
    }

    @Override
    public void onRefused(Bytes parcelId, PeerId by, ParcelRefusal why) {
      refused.put(parcelId, why);
    }

    @Override
    public void onReachChanged(PeerId peer, Reach reach) {
      reaches.add(reach.kind() + " " + reach.hops());
    }
  }

  private static OverlayFrame decode(byte[] encoded) {
    int type = encoded[0] & 0xff;
    WireReader in = new WireReader(encoded, 1, encoded.length);
    try {
      in.varint(0, OverlayFrame.MAX_BODY_BYTES, "length");
      return type < 0x50 ? LinkStateFrame.decode(type, in) : RelayFrame.decode(type, in);
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
  }

  public Node node(PeerId id) {
    Node node = nodes.get(id);
    if (node == null) throw new IllegalArgumentException("no node " + id);
    return node;
  }

  public Node add(int number) {
    return add(number, NodeType.FULL, null);
  }

  public Node add(int number, NodeType type, @Nullable MailStore store) {
    return add(
        number,
        type,
        LinkStateConfig.defaults(type),
        RelayConfig.defaults(type != NodeType.LIGHT),
        store);
  }

  public Node add(
      int number,
      NodeType type,
      LinkStateConfig links,
      RelayConfig relay,
      @Nullable MailStore store) {
    Node node = new Node(TestPeers.keyless(number), type, links, relay, store);
    nodes.put(node.id, node);
    node.arm();
    return node;
  }

  public List<Node> add(int first, int count, NodeType type) {
    List<Node> added = new ArrayList<>();
    for (int i = 0; i < count; i++) added.add(add(first + i, type, null));
    return added;
  }

  public void link(Node a, Node b) {
    link(a, b, Duration.ofMillis(10));
  }

  public void link(Node a, Node b, Duration latency) {
    if (a.wires.containsKey(b.id)) return;
    Wire wire = new Wire(latency.toNanos());
    a.wires.put(b.id, wire);
    b.wires.put(a.id, wire);
    up(a, b, true);
    up(b, a, false);
  }

  private void up(Node node, Node other, boolean dialed) {
    OverlayLink link = new OverlayLink(other.id, dialed, Optional.empty(), other.type);
    node.links.onLinkUp(link, time.nanoTime());
    node.relay.onLinkUp(link, time.nanoTime());
    node.arm();
  }

  public void cut(Node a, Node b) {
    Wire wire = a.wires.remove(b.id);
    if (wire == null) return;
    wire.up = false;
    b.wires.remove(a.id);
    down(a, b);
    down(b, a);
  }

  private void down(Node node, Node other) {
    if (!node.alive) return;
    node.links.onLinkDown(other.id, LinkLoss.BROKEN, time.nanoTime());
    node.relay.onLinkDown(other.id, LinkLoss.BROKEN, time.nanoTime());
    node.arm();
  }

  public void kill(Node node) {
    node.alive = false;
    for (PeerId each : node.neighbours()) cut(node, node(each));
    nodes.remove(node.id);
  }

  public void at(long nanos, Runnable action) {
    events.add(new Event(nanos, numbers++, action));
  }

  public void run(Duration span) {
    long end = time.nanoTime() + span.toNanos();
    while (!events.isEmpty() && events.peek().at <= end) {
      Event event = events.remove();
      time.jumpTo(event.at);
      event.action.run();
    }
    time.jumpTo(end);
  }

  public Parcel parcel(Node to, boolean keep, int bytes) {
    return new Parcel(
        Bytes.wrap(SeededRandom.bytes(random, Parcel.ID_BYTES)),
        to.id,
        32,
        60_000,
        keep,
        List.of(),
        Bytes.wrap(SeededRandom.bytes(random, bytes)));
  }
}
