package org.openagi.p2p.simulator.check;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.linkstate.LinkAdvert;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.RelayFrame;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.node.Watch;

/** Looks whether the overlay does what it promises, as far as honest nodes are concerned. */
public final class OverlayChecks implements Watch {
  private static final int MAX_WRONG_WAYS = 4;

  private static final int PARCEL = 0x50;
  private static final int MARK_BYTES = 8;
  private static final int NODES_LOOKED_AT = 8;
  private static final int MAX_PARCELS = 1 << 16;

  private record Heard(int node, int incarnation, PeerId origin, long epoch, long number) {}

  private final NodeGround ground;
  private final Findings findings;
  private final RandomGenerator random;
  private final Set<Heard> heard = new HashSet<>();
  private final LinkedHashMap<Bytes, Integer> hopBudgets = new LinkedHashMap<>();
  private final LinkedHashSet<Bytes> underway = new LinkedHashSet<>();
  private int carried;
  private long finalBroadcast;
  private int finalOrigin = -1;
  private final BitSet reached = new BitSet();
  private long broadcasts;
  private long blamed;

  /** Checks that have seen nothing yet. */
  public OverlayChecks(NodeGround ground, Findings findings) {
    this.ground = ground;
    this.findings = findings;
    this.random = ground.world().randomOf("checks");
  }

  // ---- while it goes on ----

  @Override
  public void onFrame(SimulatedNode at, PeerId from, int type, Bytes body) {
    if ((type & 0xf0) != PARCEL || body.length() < MARK_BYTES) return;
    ByteBuffer bytes = body.asByteBuffer();
    for (int i = 0; i + MARK_BYTES <= body.length(); i++) {
      if (bytes.getLong(i) != Traffic.MARK) continue;
      findings.add(
          Promise.CONFIDENTIAL, at + " can read a payload in a parcel that passes", at.index());
      return;
    }
  }

  @Override
  public void onParcelSent(SimulatedNode from, Parcel parcel) {
    if (underway.size() >= MAX_PARCELS) underway.removeFirst();
    underway.add(parcel.id());
  }

  @Override
  public void onParcelArrived(SimulatedNode at, Parcel parcel) {
    if (underway.remove(parcel.id())) carried++;
  }

  /** Parcels of the message layer that others carried to their recipients. */
  public int carried() {
    return carried;
  }

  /** A parcel may use up its hops, but never gets more of them, and no copy comes where it was before. */
  @Override
  public void onSent(SimulatedNode from, PeerId to, OverlayFrame frame, int bodyBytes) {
    if (!(frame instanceof RelayFrame.Carry carry) || from.isByzantine()) return;
    Parcel parcel = carry.parcel();
    int hops = parcel.ttl() + parcel.trail().size();
    Integer before = hopBudgets.putIfAbsent(parcel.id(), hops);
    if (hopBudgets.size() > MAX_PARCELS) hopBudgets.pollFirstEntry();
    if (before != null && hops > before) {
      findings.add(
          Promise.NO_LOOPS,
          from + " sends parcel " + parcel.id() + " on with a ttl of " + parcel.ttl() + " after "
              + parcel.trail().size() + " hops, it began with " + before,
          from.index());
    }
    if (parcel.trail().stream().skip(carry.leg()).anyMatch(hop -> hop.node().equals(to))) {
      findings.add(
          Promise.NO_LOOPS,
          from + " sends parcel " + parcel.id() + " back to where it was",
          from.index(),
          ground.find(to).map(SimulatedNode::index).orElse(from.index()));
    }
  }

  @Override
  public void onBroadcast(SimulatedNode node, BroadcastMessage message, int hops) {
    if (message.number() == finalBroadcast && isFinalOrigin(message.origin())) {
      reached.set(node.index());
    }
    Heard once = new Heard(
        node.index(), node.incarnation(), message.origin(), message.epoch(), message.number());
    if (heard.add(once)) return;
    findings.add(
        Promise.BROADCAST,
        node + " was told message " + message.number() + " to everyone twice",
        node.index());
  }

  @Override
  public void onBlame(SimulatedNode node, PeerId culprit, String what) {
    Optional<SimulatedNode> found = ground.find(culprit);
    if (found.isPresent() && found.get().isByzantine()) blamed++;
  }

  /** Looks at what a few nodes believe. */
  public void look() {
    List<SimulatedNode> nodes = ground.nodes();
    for (int i = 0; i < NODES_LOOKED_AT; i++) {
      SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
      if (!node.isByzantine()) node.overlay().ifPresent(overlay -> checkBeliefs(node, overlay));
    }
  }

  /** Scores are bounded, too, but never fewer than neighbours, of which there may be as many as there are nodes. */
  private void checkSizes(SimulatedNode node, OverlayNode overlay) {
    long most =
        Math.max(node.overlayConfig().reputation().maxPeers(), ground.nodes().size());
    checkSize(node, new TableSize("scores", overlay.reputation().size(), most));
    for (TableSize each : overlay.tables()) checkSize(node, each);
  }

  private void checkSize(SimulatedNode node, TableSize table) {
    if (!table.isExceeded()) return;
    findings.add(
        Promise.BOUNDED,
        node + " holds " + table.size() + " " + table.name() + ", at most " + table.bound(),
        node.index());
  }

  private void checkBeliefs(SimulatedNode node, OverlayNode overlay) {
    checkSizes(node, overlay);
    for (LinkAdvert advert : overlay.linkStates().adverts()) {
      if (ground.isSigned(advert.origin(), advert.signedBytes(), advert.signature())) continue;
      SimulatedNode origin = ground.find(advert.origin()).orElse(node);
      findings.add(
          Promise.ROUTES,
          node + " believes an advert of " + origin + " that is not signed by it",
          node.index(),
          origin.index());
    }
  }

  /** An honest node that runs tells everyone something. */
  public void broadcast() {
    SimulatedNode from = anyHonest();
    if (from == null) return;
    broadcasts++;
    ground.trace().add(from.index(), "tells everyone", -1, broadcasts);
    from.broadcast(Bytes.ofUtf8("news " + broadcasts));
  }

  private @org.jspecify.annotations.Nullable SimulatedNode anyHonest() {
    List<SimulatedNode> honest = honest();
    return honest.isEmpty() ? null : honest.get(random.nextInt(honest.size()));
  }

  private List<SimulatedNode> honest() {
    return ground.nodes().stream()
        .filter(n -> n.isRunning() && !n.isByzantine())
        .toList();
  }

  // ---- when all is repaired ----

  /** Sends the message that everyone has to get. */
  public void startFinalBroadcast() {
    SimulatedNode from = anyHonest();
    if (from == null) return;
    finalOrigin = from.index();
    reached.set(finalOrigin);
    finalBroadcast = from.broadcast(Bytes.ofUtf8("the end"));
    ground.trace().add(finalOrigin, "tells everyone the last news", -1, finalBroadcast);
  }

  private boolean isFinalOrigin(PeerId origin) {
    return finalOrigin >= 0 && ground.nodes().get(finalOrigin).peerId().equals(origin);
  }

  /** To be called when all nodes run, nothing is cut, and some time has passed. */
  public void checkEnd() {
    checkOneComponent();
    checkFinalBroadcast();
    checkRoutes();
  }

  private void checkOneComponent() {
    List<SimulatedNode> honest = honest();
    if (honest.isEmpty()) return;
    BitSet component = componentOf(honest.getFirst());
    List<SimulatedNode> outside =
        honest.stream().filter(node -> !component.get(node.index())).toList();
    if (outside.isEmpty()) return;
    findings.add(
        Promise.CONNECTED,
        outside.size() + " of " + honest.size() + " nodes are not linked to the others: "
            + shortened(outside),
        outside.getFirst().index());
  }

  /** Who can be reached over links that both ends have, without help of nodes that break rules. */
  public BitSet componentOf(SimulatedNode start) {
    BitSet seen = new BitSet();
    ArrayDeque<SimulatedNode> open = new ArrayDeque<>(List.of(start));
    seen.set(start.index());
    while (!open.isEmpty()) {
      for (SimulatedNode next : neighbours(open.removeFirst())) {
        if (seen.get(next.index()) || next.isByzantine() || !next.isRunning()) continue;
        seen.set(next.index());
        open.addLast(next);
      }
    }
    return seen;
  }

  private List<SimulatedNode> neighbours(SimulatedNode node) {
    List<SimulatedNode> found = new ArrayList<>();
    node.overlay().ifPresent(overlay -> {
      for (PeerId each : overlay.neighbours()) ground.find(each).ifPresent(found::add);
    });
    return found;
  }

  private void checkFinalBroadcast() {
    if (finalOrigin < 0) return;
    if (finalBroadcast == 0) {
      findings.add(Promise.BROADCAST, "n" + finalOrigin + " could not tell everyone", finalOrigin);
      return;
    }
    List<SimulatedNode> missed =
        honest().stream().filter(node -> !reached.get(node.index())).toList();
    if (missed.isEmpty()) return;
    findings.add(
        Promise.BROADCAST,
        missed.size() + " nodes did not get the last message to everyone: " + shortened(missed),
        missed.getFirst().index(),
        finalOrigin);
  }

  private static String shortened(List<SimulatedNode> nodes) {
    String text = nodes.stream().limit(10).toList().toString();
    return nodes.size() > 10 ? text + " and others" : text;
  }

  private record WrongWay(SimulatedNode from, SimulatedNode to, String what) {}

  /** Whether every node leads to every other now, without a circle. A measure that others have not heard of yet may be in the way. */
  public boolean waysLead() {
    return wrongWays().isEmpty();
  }

  private void checkRoutes() {
    for (WrongWay each : wrongWays()) {
      findings.add(
          Promise.ROUTES,
          "no way from " + each.from + " to " + each.to + ": " + each.what,
          each.from.index(),
          each.to.index());
    }
  }

  /** The first of them. */
  private List<WrongWay> wrongWays() {
    List<SimulatedNode> honest = honest();
    Map<Integer, OverlayNode> overlays = new HashMap<>();
    for (SimulatedNode each : honest) {
      each.overlay().ifPresent(overlay -> overlays.put(each.index(), overlay));
    }
    List<WrongWay> wrong = new ArrayList<>();
    for (SimulatedNode from : honest) {
      for (SimulatedNode to : honest) {
        if (from == to || wrong.size() >= MAX_WRONG_WAYS) continue;
        String what = follow(from, to, overlays);
        if (!what.isEmpty()) wrong.add(new WrongWay(from, to, what));
      }
    }
    return wrong;
  }

  /** Goes from node to node as each of them says; returns what is wrong, nothing if it arrives. */
  private String follow(SimulatedNode from, SimulatedNode to, Map<Integer, OverlayNode> overlays) {
    List<SimulatedNode> way = new ArrayList<>(List.of(from));
    SimulatedNode at = from;
    while (at != to) {
      OverlayNode overlay = overlays.get(at.index());
      if (overlay == null) return "";
      Route route = overlay.linkStates().route(to.peerId(), at.machine().clock().nanoTime());
      if (route.isEmpty()) return at + " knows none, after " + way;
      at = ground.find(route.nextHops().getFirst().peer()).orElseThrow();
      if (at.isByzantine()) return ""; // what it would do is its own affair
      if (way.contains(at)) return "a circle, " + way + " and again " + at;
      way.add(at);
    }
    return "";
  }

  /** How often a node that breaks rules was found out. */
  public long blamed() {
    return blamed;
  }
}
