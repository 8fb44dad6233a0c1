package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.membership.MembershipFrame.Disconnect;

/**
 * Keeps a node linked to a few others, so that all together are connected. Confined to its owner.
 *
 * <p>Every link is a neighbour; those that both sides agreed on are the view. Below the target degree a node asks neighbours that
 * are not in its view, and dials candidates; up to the maximum it takes whoever asks; above it the {@link TrimPolicy} decides
 * who leaves. Links that others made for their own reasons are left alone.
 *
 * @see "docs/wire/overlay-membership.md"
 */
public final class Membership implements OverlayMachine {
  /** Dials of candidates at the same time: with half of them dead, one slow failure must not stop the others. */
  static final int DIALS_MAX = 3;

  /** Probes of lost peers at the same time, besides: over a cut they all fail slowly. */
  static final int PROBES_MAX = 2;

  /** How long a request to be taken is waited for. */
  static final long ANSWER_NANOS = 5_000_000_000L;

  /** A peer that refused, or closed the link, is left alone for so long. */
  static final long REFUSED_NANOS = 30_000_000_000L;

  /** With nobody in the view, pauses end so soon. */
  static final long LONELY_PAUSE_NANOS = 4_000_000_000L;

  /** A node that has just joined mixes sooner; each pause is twice the one before, up to the configured one. */
  private static final long SHUFFLE_FIRST_NANOS = 1_000_000_000L;

  /** Requests that can't be refused for lack of a place, so that nobody can empty a view by many identities. */
  private static final int URGENT_BURST = 16;

  private static final int URGENT_PER_SECOND = 2;

  /** Dials that walks of others may cause. */
  private static final int WALK_DIALS_BURST = 4;

  /** What is being dialed. */
  private record Dial(PeerEntry entry, boolean isProbe, long deadlineNanos) {}

  private final MembershipConfig config;
  private final PeerId self;
  private final MembershipPort port;
  private final RandomGenerator random;
  private final TrimPolicy policy;
  private final Map<PeerId, Neighbour> neighbours = new LinkedHashMap<>();
  private final Map<PeerId, Dial> dialing = new LinkedHashMap<>();
  private final Candidates candidates;
  private final LostPeers lost;
  private final Counts counts = new Counts();
  private @Nullable TokenBucket urgent;
  private @Nullable TokenBucket walkDials;
  private int probing;
  private int viewSize;
  private boolean joined;
  private boolean leaving;
  private long shufflePauseNanos = SHUFFLE_FIRST_NANOS;
  private long nextShuffleNanos = NEVER;
  private long wakeNanos = NEVER;

  /** Begins without neighbours. */
  public Membership(
      MembershipConfig config, PeerId self, MembershipPort port, RandomGenerator random) {
    this(config, self, port, random, TrimPolicy.standard());
  }

  /** Begins without neighbours, with another policy of whom to drop. */
  public Membership(
      MembershipConfig config,
      PeerId self,
      MembershipPort port,
      RandomGenerator random,
      TrimPolicy policy) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.random = random;
    this.policy = policy;
    this.candidates = new Candidates(config.candidatesMax(), random);
    this.lost = new LostPeers(config, random);
  }

  // ---- what is known from elsewhere ------------------------------------------------------------

  /** A peer that this node knows by itself: it was listed, or linked to in an earlier life. */
  public void onKnown(PeerId peer, List<Multiaddr> addresses, long nowNanos) {
    if (peer.equals(self) || neighbours.containsKey(peer) || lost.contains(peer)) return;
    candidates.addKnown(PeerEntry.of(peer, addresses));
    maintain(nowNanos);
  }

  /** A peer that announces itself to all on the local network, which anybody can do in any name. */
  public void onAnnounced(PeerId peer, List<Multiaddr> addresses, long nowNanos) {
    if (peer.equals(self) || neighbours.containsKey(peer) || lost.contains(peer)) return;
    candidates.addHeard(PeerEntry.of(peer, addresses), null);
    maintain(nowNanos);
  }

  /** A dial of the port's failed. */
  public void onDialFailed(PeerId peer, long nowNanos) {
    dialFailed(peer, nowNanos);
    maintain(nowNanos);
  }

  /** Tells all neighbours that this node goes, and asks nobody any more. */
  public void leave() {
    leaving = true;
    for (Neighbour each : neighbours.values()) {
      port.send(each.peer(), new Disconnect(Disconnect.Why.LEAVING));
    }
    wakeNanos = NEVER;
  }

  // ---- links -----------------------------------------------------------------------------------

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    PeerId peer = link.peer();
    Dial dial = endDial(peer);
    PeerEntry wasLost = lost.remove(peer);
    Candidates.Candidate candidate = candidates.remove(peer);
    List<Multiaddr> addresses = dial != null
        ? dial.entry().addresses()
        : candidate != null ? candidate.entry().addresses() : List.of();
    Neighbour made = new Neighbour(link, addresses, dial != null && link.dialed());
    neighbours.put(peer, made);
    boolean wanted = viewSize < config.targetDegree()
        || ((dial != null || wasLost != null) && viewSize < config.maxDegree());
    if (wasLost != null || wanted) ask(made, nowNanos);
    else if (made.ours) port.disconnect(peer, "the view was filled meanwhile");
    maintain(nowNanos);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    Neighbour gone = neighbours.remove(peer);
    if (gone == null) return;
    boolean wasInView = gone.inView;
    removeFromView(gone);
    if (wasInView && why != LinkLoss.CLOSED && !gone.farewell) {
      counts.lost++;
      PeerEntry tooMany = lost.add(gone.entry(), nowNanos);
      if (tooMany != null) candidates.addKnown(tooMany);
    } else {
      candidates.addKnown(gone.entry());
      candidates.pause(peer, nowNanos + REFUSED_NANOS);
    }
    maintain(nowNanos);
  }

  private void ask(Neighbour peer, long nowNanos) {
    if (!peer.mayBeAsked(nowNanos) || leaving || !isWelcome(peer)) return;
    boolean mustJoin = !joined && viewSize == 0;
    List<Multiaddr> addresses = PeerEntry.of(self, port.addresses()).addresses();
    MembershipFrame frame = mustJoin
        ? new MembershipFrame.Join(addresses)
        : new MembershipFrame.Neighbor(viewSize == 0, viewSize, addresses);
    if (!port.send(peer.peer(), frame)) return;
    peer.asked = true;
    peer.askedUntilNanos = nowNanos + ANSWER_NANOS;
  }

  // ---- frames ----------------------------------------------------------------------------------

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    Neighbour peer = neighbours.get(from);
    if (peer == null || leaving || !(frame instanceof MembershipFrame known)) return;
    if (!peer.takeFrame(nowNanos)) {
      counts.limited++;
      return;
    }
    switch (known) {
      case MembershipFrame.Join join -> onJoin(peer, join, nowNanos);
      case MembershipFrame.ForwardJoin walk -> onWalk(peer, walk, nowNanos);
      case MembershipFrame.Neighbor request -> onRequest(peer, request, nowNanos);
      case MembershipFrame.Answer answer -> onAnswer(peer, answer, nowNanos);
      case Disconnect farewell -> onDisconnect(peer, farewell, nowNanos);
      case MembershipFrame.Shuffle shuffle -> onShuffle(peer, shuffle);
      case MembershipFrame.ShuffleReply reply -> onShuffleReply(peer, reply);
    }
    maintain(nowNanos);
  }

  private void onJoin(Neighbour from, MembershipFrame.Join join, long nowNanos) {
    counts.joins++;
    from.degree = 0;
    from.addresses = join.addresses();
    boolean accepted = decide(from, true, nowNanos);
    answer(from, accepted, true);
    if (!accepted) return;
    PeerEntry joined = from.entry();
    if (joined.addresses().isEmpty()) return;
    MembershipFrame walk = new MembershipFrame.ForwardJoin(joined, config.walkLength());
    for (Neighbour each : neighbours.values()) {
      if (each.inView && each != from) port.send(each.peer(), walk);
    }
    trim(from);
  }

  private void onRequest(Neighbour from, MembershipFrame.Neighbor request, long nowNanos) {
    from.degree = request.degree();
    from.addresses = request.addresses();
    boolean accepted = decide(from, request.urgent(), nowNanos);
    answer(from, accepted, !accepted);
    if (accepted) trim(from);
  }

  /** Whether a neighbour that asks comes into the view. */
  private boolean decide(Neighbour from, boolean isUrgent, long nowNanos) {
    if (from.inView) return true;
    boolean isProtected = port.isProtected(from.peer());
    if (!isProtected && port.score(from.peer()) < config.minScore()) {
      counts.refusedScore++;
      return false;
    }
    if (!isProtected && isCrowded(from.range)) {
      counts.refusedRange++;
      return false;
    }
    boolean hasRoom = viewSize < config.maxDegree();
    if (!hasRoom && !isProtected && !(isUrgent && takeUrgent(nowNanos))) {
      counts.refusedFull++;
      return false;
    }
    counts.accepted++;
    addToView(from);
    return true;
  }

  private boolean takeUrgent(long nowNanos) {
    if (urgent == null) urgent = new TokenBucket(URGENT_BURST, URGENT_PER_SECOND, nowNanos);
    return urgent.tryTake(1, nowNanos);
  }

  private void answer(Neighbour to, boolean accepted, boolean withOthers) {
    List<PeerEntry> others = withOthers ? sample(to, false) : List.of();
    port.send(to.peer(), new MembershipFrame.Answer(accepted, viewSize, others));
  }

  private void onAnswer(Neighbour from, MembershipFrame.Answer answer, long nowNanos) {
    from.degree = answer.degree();
    boolean awaited = from.asked;
    from.asked = false;
    if (awaited) hear(from, answer.others());
    else if (!from.inView) counts.entriesIgnored += answer.others().size();
    if (answer.accepted()) {
      if (from.inView) return;
      // Several may have been asked that there is not room for together.
      if (awaited && isWelcome(from)) {
        joined = true;
        addToView(from);
        trim(from);
      } else {
        port.send(from.peer(), new Disconnect(Disconnect.Why.TRIMMED));
      }
    } else if (awaited && !from.inView) {
      refused(from, nowNanos);
    }
  }

  private void refused(Neighbour by, long nowNanos) {
    by.asked = false;
    by.refused = true;
    by.refusedUntilNanos = nowNanos + REFUSED_NANOS;
    if (by.ours) port.disconnect(by.peer(), "it has no place in its view");
  }

  private void onDisconnect(Neighbour from, Disconnect farewell, long nowNanos) {
    from.farewell = true;
    from.asked = false;
    from.refused = true;
    from.refusedUntilNanos = nowNanos + REFUSED_NANOS;
    boolean wasInView = from.inView;
    removeFromView(from);
    boolean useless = farewell.why() != Disconnect.Why.LEAVING;
    if (wasInView && useless) port.disconnect(from.peer(), "left by its wish");
  }

  /** A step of a walk: it ends here, or goes on to a random neighbour. */
  private void onWalk(Neighbour from, MembershipFrame.ForwardJoin walk, long nowNanos) {
    counts.walks++;
    PeerId peer = walk.joined().peer();
    if (peer.equals(self)) return;
    Neighbour next = walk.ttl() == 0 ? null : randomOfView(from.peer(), peer);
    boolean isNew = !neighbours.containsKey(peer);
    if (next == null || viewSize <= 1) {
      if (isNew) endWalk(from, walk.joined(), nowNanos);
      return;
    }
    if (isNew && walk.ttl() == config.walkMemory()) hear(from, List.of(walk.joined()));
    int ttl = Math.min(walk.ttl(), config.walkLength()) - 1;
    port.send(next.peer(), new MembershipFrame.ForwardJoin(walk.joined(), Math.max(0, ttl)));
  }

  private void endWalk(Neighbour from, PeerEntry joinedPeer, long nowNanos) {
    hear(from, List.of(joinedPeer));
    boolean mayDial = viewSize < config.maxDegree() && dialing.size() - probing < DIALS_MAX;
    if (!mayDial || !candidates.contains(joinedPeer.peer()) || isDialing(joinedPeer)) return;
    if (walkDials == null) walkDials = new TokenBucket(WALK_DIALS_BURST, 1, nowNanos);
    if (walkDials.tryTake(1, nowNanos)) dial(joinedPeer, false, nowNanos);
  }

  private boolean isDialing(PeerEntry entry) {
    return dialing.containsKey(entry.peer());
  }

  private void onShuffle(Neighbour from, MembershipFrame.Shuffle shuffle) {
    from.degree = shuffle.degree();
    List<PeerEntry> mine = sample(from, true);
    port.send(from.peer(), new MembershipFrame.ShuffleReply(viewSize, mine));
    hear(from, shuffle.entries());
  }

  private void onShuffleReply(Neighbour from, MembershipFrame.ShuffleReply reply) {
    from.degree = reply.degree();
    if (from.shuffling) hear(from, reply.entries());
    else counts.entriesIgnored += reply.entries().size();
    from.shuffling = false;
  }

  /** Takes in what a neighbour tells of others, as far as it is of use. */
  private void hear(Neighbour from, List<PeerEntry> entries) {
    for (PeerEntry told : entries) {
      PeerEntry useful = usefulPart(from, told);
      boolean isIgnored = useful.addresses().isEmpty()
          || useful.peer().equals(self)
          || neighbours.containsKey(useful.peer())
          || lost.contains(useful.peer())
          || !candidates.addHeard(useful, from.peer());
      if (isIgnored) counts.entriesIgnored++;
    }
  }

  /** Who is far away can't know an address of this machine or of the networks behind its router. */
  private static PeerEntry usefulPart(Neighbour from, PeerEntry told) {
    AddressRange.Kind teller = from.range.kind();
    if (teller == AddressRange.Kind.NONE || teller == AddressRange.Kind.MACHINE) return told;
    List<Multiaddr> useful = new ArrayList<>(told.addresses().size());
    for (Multiaddr each : told.addresses()) {
      boolean isFar = teller == AddressRange.Kind.PUBLIC && each.isPrivate();
      if (!each.isLoopback() && !isFar) useful.add(each);
    }
    return useful.size() == told.addresses().size() ? told : new PeerEntry(told.peer(), useful);
  }

  // ---- the view --------------------------------------------------------------------------------

  private void addToView(Neighbour peer) {
    peer.asked = false;
    peer.farewell = false;
    if (peer.inView) return;
    if (viewSize == 0) {
      shufflePauseNanos = SHUFFLE_FIRST_NANOS;
      nextShuffleNanos = NEVER;
    }
    peer.inView = true;
    viewSize++;
    port.onViewChanged(peer.peer(), true);
  }

  private void removeFromView(Neighbour peer) {
    if (!peer.inView) return;
    peer.inView = false;
    viewSize--;
    port.onViewChanged(peer.peer(), false);
  }

  /** Whether nothing but a lack of places speaks against a neighbour. */
  private boolean isWelcome(Neighbour peer) {
    return port.isProtected(peer.peer())
        || (port.score(peer.peer()) >= config.minScore() && !isCrowded(peer.range));
  }

  private boolean isCrowded(AddressRange range) {
    if (!range.isLimited()) return false;
    int narrow = 0;
    int wide = 0;
    for (Neighbour each : neighbours.values()) {
      if (!each.inView || each.range.kind() != range.kind()) continue;
      if (each.range.narrow() == range.narrow()) narrow++;
      if (each.range.wide() == range.wide()) wide++;
    }
    return narrow >= config.maxPerNarrowRange() || wide >= config.maxPerWideRange();
  }

  /** Lets go of those that are too many, but not of the one who has just come. */
  private void trim(Neighbour newest) {
    int excess = viewSize - config.maxDegree();
    if (excess <= 0) return;
    List<TrimPolicy.Candidate> view = new ArrayList<>(viewSize);
    for (Neighbour each : neighbours.values()) {
      if (!each.inView) continue;
      boolean stays = each == newest || port.isProtected(each.peer());
      view.add(new TrimPolicy.Candidate(
          each.peer(), port.score(each.peer()), each.degree, each.range, stays));
    }
    Collections.shuffle(view, random);
    for (PeerId each : policy.choose(view, excess)) {
      Neighbour chosen = neighbours.get(each);
      if (chosen != null) dismiss(chosen, Disconnect.Why.TRIMMED, "trimmed");
    }
  }

  private void dismiss(Neighbour peer, Disconnect.Why why, String reason) {
    if (!peer.inView || peer.peer().equals(self)) return;
    counts.trimmed++;
    peer.farewell = true;
    removeFromView(peer);
    port.send(peer.peer(), new Disconnect(why));
    port.disconnect(peer.peer(), reason);
  }

  private @Nullable Neighbour randomOfView(PeerId notThis, PeerId norThis) {
    Neighbour chosen = null;
    int seen = 0;
    for (Neighbour each : neighbours.values()) {
      boolean excluded = each.peer().equals(notThis) || each.peer().equals(norThis);
      if (each.inView && !excluded && random.nextInt(++seen) == 0) chosen = each;
    }
    return chosen;
  }

  // ---- time ------------------------------------------------------------------------------------

  @Override
  public long nextDeadlineNanos() {
    return wakeNanos;
  }

  @Override
  public void onTimer(long nowNanos) {
    if (leaving || wakeNanos == NEVER || wakeNanos - nowNanos > 0) return;
    failOverdueDials(nowNanos);
    for (Neighbour each : List.copyOf(neighbours.values())) {
      if (each.asked && each.askedUntilNanos - nowNanos <= 0) refused(each, nowNanos);
    }
    if (nextShuffleNanos != NEVER && nextShuffleNanos - nowNanos <= 0) shuffle(nowNanos);
    maintain(nowNanos);
  }

  private void failOverdueDials(long nowNanos) {
    for (Dial each : List.copyOf(dialing.values())) {
      if (each.deadlineNanos() - nowNanos <= 0) dialFailed(each.entry().peer(), nowNanos);
    }
  }

  private void shuffle(long nowNanos) {
    long most = config.shuffleMillis() * 1_000_000;
    long pause = Math.min(shufflePauseNanos, most);
    shufflePauseNanos = Math.min(most, 2 * pause);
    nextShuffleNanos = nowNanos + pause - random.nextLong(pause / 4 + 1);
    dismissTheDisreputable();
    Neighbour with = randomOfView(self, self);
    if (with == null) return;
    if (isSpare(with)) {
      dismiss(with, Disconnect.Why.TRIMMED, "both have neighbours enough");
      return;
    }
    with.shuffling = true;
    counts.shuffles++;
    port.send(with.peer(), new MembershipFrame.Shuffle(viewSize, sample(with, true)));
  }

  /** Whether a link is one more than each end needs: views that grew while many joined shrink again. */
  private boolean isSpare(Neighbour with) {
    int enough = config.targetDegree() + 1;
    return viewSize > enough && with.degree > enough && !port.isProtected(with.peer());
  }

  private void dismissTheDisreputable() {
    for (Neighbour each : List.copyOf(neighbours.values())) {
      boolean unwanted = each.inView
          && port.score(each.peer()) < config.minScore()
          && !port.isProtected(each.peer());
      if (!unwanted) continue;
      candidates.removeHeardFrom(each.peer());
      dismiss(each, Disconnect.Why.UNWANTED, "of ill repute");
    }
  }

  /** Some of those known here: this node, if asked for, a part of the view, and candidates. */
  private List<PeerEntry> sample(Neighbour recipient, boolean withSelf) {
    List<PeerEntry> sample = new ArrayList<>(config.shuffleEntries());
    if (withSelf) {
      PeerEntry own = PeerEntry.of(self, port.addresses());
      if (!own.addresses().isEmpty()) sample.add(own);
    }
    List<Neighbour> view = new ArrayList<>(viewSize);
    for (Neighbour each : neighbours.values()) {
      if (each.inView && each != recipient && !each.addresses.isEmpty()) view.add(each);
    }
    Collections.shuffle(view, random);
    int ofView = Math.min(view.size(), (config.shuffleEntries() - sample.size() + 1) / 2);
    for (int i = 0; i < ofView; i++) sample.add(view.get(i).entry());
    int left = config.shuffleEntries() - sample.size();
    sample.addAll(candidates.sample(left, peer -> !peer.equals(recipient.peer())));
    return sample;
  }

  /** Brings the view to its size, as far as that can be done now, and sets the next time to look. */
  private void maintain(long nowNanos) {
    if (leaving) return;
    PeerEntry probe;
    while (probing < PROBES_MAX && (probe = lost.poll(nowNanos)) != null) {
      dial(probe, true, nowNanos);
    }
    if (viewSize == 0) candidates.hurry(nowNanos + LONELY_PAUSE_NANOS);
    int pending = dialing.size() - probing + askGuests(nowNanos);
    while (viewSize + pending < config.targetDegree() && dialing.size() - probing < DIALS_MAX) {
      Candidates.Candidate next = candidates.pick(this::isUsable, nowNanos);
      if (next == null) break;
      dial(next.entry(), false, nowNanos);
      pending++;
    }
    if (viewSize == 0) nextShuffleNanos = NEVER;
    else if (nextShuffleNanos == NEVER) {
      nextShuffleNanos = nowNanos + random.nextLong(SHUFFLE_FIRST_NANOS) + 1;
    }
    plan(nowNanos, pending);
  }

  private boolean isUsable(Candidates.Candidate candidate) {
    PeerId peer = candidate.entry().peer();
    if (dialing.containsKey(peer) || neighbours.containsKey(peer)) return false;
    if (!candidate.isKnown() && candidate.entry().addresses().isEmpty()) return false;
    if (port.isProtected(peer)) return true;
    return port.score(peer) >= config.minScore()
        && !isCrowded(AddressRange.of(candidate.entry().addresses()));
  }

  /** Asks neighbours outside of the view, who cost no dial; returns how many answers are awaited. */
  private int askGuests(long nowNanos) {
    int awaited = 0;
    for (Neighbour each : neighbours.values()) if (each.asked) awaited++;
    int missing = config.targetDegree() - viewSize - awaited;
    if (missing <= 0 || neighbours.size() == viewSize + awaited) return awaited;
    for (Neighbour each : neighbours.values()) {
      if (missing == 0) break;
      if (!each.mayBeAsked(nowNanos)) continue;
      ask(each, nowNanos);
      if (!each.asked) continue;
      missing--;
      awaited++;
    }
    return awaited;
  }

  private void dial(PeerEntry entry, boolean isProbe, long nowNanos) {
    counts.dials++;
    if (isProbe) probing++;
    long deadline = nowNanos + config.dialTimeoutMillis() * 1_000_000;
    dialing.put(entry.peer(), new Dial(entry, isProbe, deadline));
    port.dial(entry.peer(), entry.addresses());
  }

  private @Nullable Dial endDial(PeerId peer) {
    Dial ended = dialing.remove(peer);
    if (ended != null && ended.isProbe()) probing--;
    return ended;
  }

  private void dialFailed(PeerId peer, long nowNanos) {
    if (endDial(peer) == null) return;
    counts.dialsFailed++;
    lost.onFailed(peer, nowNanos);
    candidates.onFailed(peer, viewSize == 0, nowNanos);
  }

  private void plan(long nowNanos, int pending) {
    long next = nextShuffleNanos;
    for (Dial each : dialing.values()) next = Math.min(next, each.deadlineNanos());
    for (Neighbour each : neighbours.values()) {
      if (each.asked) next = Math.min(next, each.askedUntilNanos);
    }
    if (probing < PROBES_MAX) next = Math.min(next, lost.nextNanos());
    boolean mayDial = dialing.size() - probing < DIALS_MAX;
    if (mayDial && viewSize + pending < config.targetDegree()) {
      // Those that do not pause were looked at just now, in vain.
      next = Math.min(next, candidates.nextPauseEndNanos(nowNanos));
    }
    wakeNanos = next;
  }

  // ---- queries ---------------------------------------------------------------------------------

  /** How many are in the view. */
  public int degree() {
    return viewSize;
  }

  /** Whether a peer is in the view. */
  public boolean isInView(PeerId peer) {
    Neighbour found = neighbours.get(peer);
    return found != null && found.inView;
  }

  /** Who is in the view, the oldest first. */
  public List<PeerId> view() {
    return neighbours.values().stream()
        .filter(each -> each.inView)
        .map(Neighbour::peer)
        .toList();
  }

  /** Peers that are not neighbours but may become some, and where they are said to be. */
  public List<PeerEntry> candidates() {
    return candidates.entries();
  }

  /** What happened so far. */
  public MembershipCounters counters() {
    return counts.snapshot();
  }

  private static final class Counts {
    long dials;
    long dialsFailed;
    long joins;
    long walks;
    long accepted;
    long refusedFull;
    long refusedRange;
    long refusedScore;
    long trimmed;
    long lost;
    long shuffles;
    long entriesIgnored;
    long limited;

    MembershipCounters snapshot() {
      return new MembershipCounters(
          dials,
          dialsFailed,
          joins,
          walks,
          accepted,
          refusedFull,
          refusedRange,
          refusedScore,
          trimmed,
          lost,
          shuffles,
          entriesIgnored,
          limited);
    }
  }
}
