package org.openagi.p2p.overlay.linkstate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.Route;
import org.openagi.p2p.overlay.TableSize;

/**
 * What this node knows of the graph and the ways in it. Signs an advert of its own links, takes those of others, passes new
 * ones on, and answers how to get somewhere.
 *
 * <p>Confined to its owner. {@link LinkStatePort#verify} may answer from within the call or later; everything else is
 * answered at once. Bounds: {@link LinkStateConfig}.
 *
 * @see "docs/wire/overlay-linkstate.md"
 */
public final class LinkStates implements OverlayMachine {
  /** How often the measures of the own links are looked at, and what has expired is thrown out. */
  private static final long TICK_NANOS = 5_000_000_000L;

  /** Pause before the next comparison if the last one brought much, or a link was lost and with it a way of gossip. */
  private static final long EAGER_RECONCILE_NANOS = 2_000_000_000L;

  /** Many adverts to have missed: a newcomer, or a partition that ended. */
  private static final int MANY_MISSED = 128;

  /**
   * To so many neighbours an urgent advert of another node is passed on at once; the others are told of it. A tree has two
   * branches at a node on average, and while there is none yet this reaches most nodes with few copies.
   */
  private static final int EAGER_COPIES = 2;

  /** The table is trimmed when it is over its limit by this part, so that trimming is rare. */
  private static final int SLACK = 16;

  private final LinkStateConfig config;
  private final PeerId self;
  private final LinkStatePort port;
  private final RandomGenerator random;
  private final TimeSource time;
  private final AdvertTable table = new AdvertTable();
  private final Map<PeerId, Neighbour> neighbours = new LinkedHashMap<>();
  private final OwnAdvert own;
  private final Intake intake;
  private final Reconciler reconciler;
  private final Rumours rumours;
  private final Ways ways;
  private final LinkClaims claims;
  private final Map<LinkStateDrop, Long> dropped = new EnumMap<>(LinkStateDrop.class);
  private long tickNanos;
  private long reconcileNanos;
  private long passedOn;
  private long evicted;
  private long expired;

  /**
   * A node without links.
   *
   * @param time for the wall clock, and for the time at which a signature turns out good
   */
  public LinkStates(
      LinkStateConfig config,
      PeerId self,
      LinkStatePort port,
      RandomGenerator random,
      TimeSource time) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.random = random;
    this.time = time;
    long nowNanos = time.nanoTime();
    this.own = new OwnAdvert(config, self, port, time, nowNanos);
    this.intake = new Intake(config, self, port, time, table, nowNanos, new Accepted());
    this.reconciler = new Reconciler(table, own, port, random, this::onDropped);
    this.rumours = new Rumours(table, own, port, neighbours.values(), this::onDropped);
    this.ways = new Ways(table, own, port::avoid, nowNanos);
    this.claims = new LinkClaims(self, config.clockTolerance(), nowNanos);
    this.tickNanos = nowNanos + TICK_NANOS;
    this.reconcileNanos = nowNanos + spread(config.reconcileInterval().toNanos());
  }

  private void onDropped(LinkStateDrop what) {
    dropped.merge(what, 1L, Long::sum);
  }

  private long spread(long nanos) {
    return (long) (nanos * (0.75 + 0.5 * random.nextDouble()));
  }

  private final class Accepted implements Intake.Sink {
    @Override
    public void onAccepted(PeerId from, LinkAdvert advert, int slot, @Nullable LinkAdvert before) {
      Neighbour sender = neighbours.get(from);
      if (sender != null) sender.asked.remove(advert.originHash());
      if (claims.isFalse(advert, neighbours.containsKey(advert.origin()), time)) {
        port.onFalseClaim(advert.origin());
      }
      boolean news = before == null || saysOther(advert.statement(), before.statement());
      boolean urgent = before != null && isUrgent(advert, before);
      long nowNanos = time.nanoTime();
      if (urgent) {
        passOn(advert, from, nowNanos);
      } else {
        long delay = news ? Rumours.NEWS_DELAY_NANOS : Rumours.REFRESH_DELAY_NANOS;
        rumours.spread(advert, Set.of(from), delay, nowNanos);
      }
      String name = advert.statement().name();
      if (before == null || !name.equals(before.statement().name())) {
        port.onNamed(advert.origin(), name);
      }
      if (news) ways.onChanged(urgent, nowNanos);
      if (table.size() > config.maxAdverts() + config.maxAdverts() / SLACK) trim(nowNanos);
      if (news) tellOfWays(nowNanos);
    }

    @Override
    public void onEcho(long sequence) {
      own.onEcho(sequence, time.nanoTime());
    }
  }

  /** Whether others must know at once: of a way that is no more, or that nothing can be sealed with the key they have. */
  private static boolean isUrgent(LinkAdvert now, LinkAdvert before) {
    return now.statement().relays() != before.statement().relays()
        || !now.statement().sealKey().equals(before.statement().sealKey())
        || lostLinks(now, before);
  }

  /** Who uses ways is told at once, or after a pause in which more may change. */
  private void tellOfWays(long nowNanos) {
    if (nowNanos < ways.tellNanos()) return;
    ways.onTold();
    port.onRoutesChanged();
  }

  private static boolean lostLinks(LinkAdvert now, LinkAdvert before) {
    long[] left = now.linkHashes();
    for (long each : before.linkHashes()) {
      if (Arrays.stream(left).noneMatch(hash -> hash == each)) return true;
    }
    return false;
  }

  private static boolean saysOther(LinkAdvert.Statement now, LinkAdvert.Statement before) {
    return now.relays() != before.relays()
        || now.keepsMail() != before.keepsMail()
        || !now.sealKey().equals(before.sealKey())
        || !now.links().equals(before.links());
  }

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    PeerId peer = link.peer();
    AdvertLink measured = AdvertLink.of(peer, port.quality(peer));
    long advertisedFrom = own.onGained(peer, nowNanos);
    Neighbour neighbour = new Neighbour(link, measured, advertisedFrom, nowNanos);
    neighbours.put(peer, neighbour);
    ways.onNeighboursChanged();
    port.onRoutesChanged();
    if (link.dialed()) reconciler.begin(neighbour);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    Neighbour lost = neighbours.remove(peer);
    if (lost == null) return;
    own.onLost(lost, nowNanos);
    claims.onLost(peer, nowNanos);
    reconcileNanos = Math.min(reconcileNanos, nowNanos + spread(EAGER_RECONCILE_NANOS));
    ways.onNeighboursChanged();
    port.onRoutesChanged();
  }

  /** What is thought of a neighbour changed: its health, or its standing. Ways are computed anew when they are asked for. */
  public void onJudged(PeerId peer, long nowNanos) {
    Neighbour judged = neighbours.get(peer);
    if (judged == null) return;
    judged.measured = AdvertLink.of(peer, port.quality(peer));
    judged.reckoned = judged.measured;
    if (judged.isToldOtherwise()) own.onQualityChanged(judged, nowNanos);
    boolean silent = port.isSilent(peer);
    if (silent != judged.silent) {
      judged.silent = silent;
      ways.onChanged(silent, nowNanos);
    }
    boolean replaced = port.isReplaced(peer);
    if (judged.replaced && !replaced && !silent) own.onSpeaksAgain(judged, nowNanos);
    else if (replaced && !judged.replaced) own.onReplaced(judged, nowNanos);
    ways.onNeighboursChanged();
    port.onRoutesChanged();
  }

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    Neighbour neighbour = neighbours.get(from);
    if (neighbour == null) return; // the last words of a link that is gone
    if (!(frame instanceof LinkStateFrame known)) {
      throw new IllegalArgumentException("not a frame of the link state: " + frame.type());
    }
    switch (known) {
      case LinkStateFrame.Adverts adverts -> {
        for (LinkAdvert each : adverts.adverts()) {
          neighbour.readClock(each, self, nowNanos);
          if (!intake.onAdvert(neighbour, each, nowNanos)) break;
        }
      }
      case LinkStateFrame.Summary summary -> reconciler.onSummary(neighbour, summary, nowNanos);
      case LinkStateFrame.Listing listing -> {
        int missed = reconciler.onListing(neighbour, listing, intake.horizon(), nowNanos);
        if (missed >= MANY_MISSED) {
          reconcileNanos = Math.min(reconcileNanos, nowNanos + EAGER_RECONCILE_NANOS);
        }
      }
      case LinkStateFrame.Wish wish -> reconciler.onWish(neighbour, wish, nowNanos);
      case LinkStateFrame.News news -> rumours.onNews(neighbour, news, intake.horizon(), nowNanos);
    }
  }

  /**
   * Passes an urgent advert on at once along a few branches of the tree. The other neighbours are told of it: the tree may have
   * lost the same link.
   */
  private void passOn(LinkAdvert advert, PeerId from, long nowNanos) {
    List<PeerId> targets = new ArrayList<>(port.gossipTargets());
    targets.removeIf(each -> each.equals(from) || each.equals(advert.origin()));
    Set<PeerId> sent = new HashSet<>();
    while (sent.size() < EAGER_COPIES && !targets.isEmpty()) {
      PeerId target = targets.remove(random.nextInt(targets.size()));
      if (mayPassOn(target, nowNanos) && send(target, advert)) sent.add(target);
    }
    sent.add(from);
    rumours.spread(advert, sent, Rumours.URGENT_DELAY_NANOS, nowNanos);
  }

  private boolean send(PeerId to, LinkAdvert advert) {
    boolean taken = port.send(to, new LinkStateFrame.Adverts(List.of(advert)));
    if (taken) passedOn++;
    return taken;
  }

  private boolean mayPassOn(PeerId target, long nowNanos) {
    Neighbour to = neighbours.get(target);
    if (to == null) return false;
    boolean may = to.served.tryTake(1, nowNanos);
    if (!may) onDropped(LinkStateDrop.SERVED_TOO_MUCH);
    return may;
  }

  @Override
  public long nextDeadlineNanos() {
    long due = Math.min(own.nextDeadlineNanos(), rumours.nextDeadlineNanos());
    due = Math.min(due, ways.tellNanos());
    return Math.min(due, Math.min(tickNanos, reconcileNanos));
  }

  @Override
  public void onTimer(long nowNanos) {
    if (nowNanos >= tickNanos) tick(nowNanos);
    if (nowNanos >= reconcileNanos) reconcile(nowNanos);
    if (nowNanos >= own.nextDeadlineNanos()) speak(nowNanos);
    rumours.onTimer(nowNanos);
    tellOfWays(nowNanos);
  }

  private void speak(long nowNanos) {
    LinkAdvert made =
        own.onTimer(neighbours.values(), table.size() + 1, random.nextDouble(), nowNanos);
    if (made == null) return;
    ways.onNeighboursChanged();
    for (PeerId each : neighbours.keySet()) send(each, made); // none of them can have it yet
  }

  private void tick(long nowNanos) {
    tickNanos = nowNanos + TICK_NANOS;
    boolean here = false;
    for (Neighbour each : neighbours.values()) {
      each.measured = AdvertLink.of(each.peer, port.quality(each.peer));
      if (each.measured.differsMuch(each.reckoned)) {
        here = true;
        each.reckoned = each.measured;
      }
      if (each.isToldOtherwise()) own.onQualityChanged(each, nowNanos);
    }
    boolean gone = expire(nowNanos);
    ways.onIdle(nowNanos);
    if (!here && !gone) return;
    if (here) ways.onNeighboursChanged();
    if (gone) ways.onSlotsMoved(nowNanos);
    port.onRoutesChanged();
  }

  private boolean expire(long nowNanos) {
    int now = intake.tick(nowNanos);
    boolean gone = false;
    for (int slot = table.size() - 1; slot >= 0; slot--) {
      if (table.expiresTick(slot) > now) continue;
      table.remove(slot);
      expired++;
      gone = true;
    }
    if (table.size() < config.maxAdverts()) intake.setHorizon(AdvertTable.UNKNOWN_HOPS + 1);
    return gone;
  }

  private void reconcile(long nowNanos) {
    reconcileNanos = nowNanos + spread(config.reconcileInterval().toNanos());
    int chosen = neighbours.isEmpty() ? 0 : random.nextInt(neighbours.size());
    for (Neighbour each : neighbours.values()) {
      if (chosen-- == 0) reconciler.begin(each);
    }
  }

  /** Lets the farthest nodes give way, but none that is in use or on the way to one that is. */
  private void trim(long nowNanos) {
    LinkGraph graph = LinkGraph.of(table);
    int[] hops = graph.hopsFrom(neighbourSlots());
    for (int slot = 0; slot < hops.length; slot++) table.setHops(slot, hops[slot]);
    boolean[] kept = inUse(hops, nowNanos);
    long[] order = new long[hops.length];
    for (int slot = 0; slot < hops.length; slot++) {
      order[slot] = (long) (kept[slot] ? 0 : hops[slot]) << 32 | slot;
    }
    Arrays.sort(order);
    int most = config.maxAdverts();
    int[] leaving = new int[order.length - most];
    for (int i = most; i < order.length; i++) leaving[i - most] = (int) order[i];
    intake.setHorizon((int) (order[most] >>> 32));
    Arrays.sort(leaving);
    for (int i = leaving.length - 1; i >= 0; i--) table.remove(leaving[i]);
    evicted += leaving.length;
    ways.onSlotsMoved(nowNanos);
  }

  private int[] neighbourSlots() {
    return neighbours.keySet().stream()
        .mapToInt(table::slotOf)
        .filter(slot -> slot != AdvertTable.NONE)
        .toArray();
  }

  private boolean[] inUse(int[] hops, long nowNanos) {
    boolean[] kept = new boolean[hops.length];
    for (PeerId destination : ways.inUse(nowNanos)) {
      int slot = table.slotOf(destination);
      while (slot != AdvertTable.NONE && !kept[slot] && hops[slot] != AdvertTable.UNKNOWN_HOPS) {
        kept[slot] = true;
        slot = nearerThan(slot, hops);
      }
    }
    return kept;
  }

  private int nearerThan(int slot, int[] hops) {
    for (AdvertLink link : table.advert(slot).statement().links()) {
      int other = table.slotOf(link.peer());
      if (other == AdvertTable.NONE || hops[other] != hops[slot] - 1) continue;
      if (table.advert(other).isLinkedWith(table.advert(slot))) return other;
    }
    return AdvertTable.NONE;
  }

  /** The ways to a peer. It counts as in use for some minutes. */
  public Route route(PeerId destination, long nowNanos) {
    Route route = ways.route(destination, neighbours.values(), nowNanos);
    if (route.isEmpty() && isPartial() && table.slotOf(destination) == AdvertTable.NONE) {
      onDropped(LinkStateDrop.BEYOND_HORIZON);
    }
    return route;
  }

  /** Whether there may be nodes for which there is no room, here or at those who would have told of them. */
  private boolean isPartial() {
    return evicted > 0 || table.size() >= config.maxAdverts() / 4 * 3;
  }

  /** Nodes that said they keep mail and to which there is a way. */
  public List<PeerId> keepers(long nowNanos) {
    return ways.keepers(neighbours.values(), nowNanos);
  }

  /** What a node announced to seal for it with. */
  public Optional<Bytes> sealKey(PeerId peer) {
    return advert(peer).map(a -> a.statement().sealKey()).filter(key -> !key.isEmpty());
  }

  /**
   * Announces what to seal with for this node, with the next advert, which is made at once.
   *
   * @throws IllegalArgumentException if it is longer than {@link LinkAdvert#MAX_SEAL_KEY_BYTES} bytes
   */
  public void announceSealKey(Bytes key, long nowNanos) {
    own.announceSealKey(key, nowNanos);
  }

  /**
   * By how much a neighbour's clock is ahead of this machine's, negative if it is behind, to about the time that a message
   * takes; empty if it has not said anything of itself over this link. Nobody but the neighbour can make it wrong: it is taken
   * from what came from itself, whether or not that was too late or too early to be used.
   */
  public Optional<Duration> clockAhead(PeerId neighbour, long nowNanos) {
    Neighbour of = neighbours.get(neighbour);
    OptionalLong shows = of == null ? OptionalLong.empty() : of.clockMillis(nowNanos);
    return shows.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(shows.getAsLong() - time.epochMillis()));
  }

  /** The advert of a node, this one included, if there is one. */
  public Optional<LinkAdvert> advert(PeerId node) {
    return Optional.ofNullable(node.equals(self) ? own.advert() : table.find(node));
  }

  /** All adverts that are known, this node's own first. */
  public Collection<LinkAdvert> adverts() {
    List<LinkAdvert> all = new ArrayList<>(table.size() + 1);
    LinkAdvert mine = own.advert();
    if (mine != null) all.add(mine);
    for (int slot = 0; slot < table.size(); slot++) all.add(table.advert(slot));
    return all;
  }

  @Override
  public List<TableSize> tables() {
    int most = config.maxAdverts();
    return List.of(
        new TableSize("adverts", table.size(), most + most / SLACK),
        new TableSize("adverts to be checked", intake.unchecked(), config.maxUnchecked()),
        new TableSize("claims", claims.size(), LinkClaims.MAX_REMEMBERED),
        new TableSize("pasts of links", own.pasts(), OwnAdvert.MAX_REMEMBERED),
        new TableSize("destinations", ways.destinations(), Ways.MAX_DESTINATIONS));
  }

  /** What was done so far. */
  public LinkStateCounts counts() {
    return new LinkStateCounts(
        table.size(),
        own.issued(),
        intake.accepted(),
        passedOn + reconciler.sent(),
        ways.computations(),
        evicted,
        expired,
        intake.refused(),
        Map.copyOf(dropped));
  }
}
