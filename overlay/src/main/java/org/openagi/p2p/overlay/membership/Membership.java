package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.List;
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
import org.openagi.p2p.overlay.TableSize;
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

  private final MembershipConfig config;
  private final PeerId self;
  private final MembershipPort port;
  private final RandomGenerator random;
  private final TrimPolicy policy;
  private final View view;
  private final Dials dials = new Dials();
  private final Candidates candidates;
  private final LostPeers lost;
  private final Counts counts = new Counts();
  private @Nullable TokenBucket urgent;
  private @Nullable TokenBucket walkDials;
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
    this.view = new View(config, port, random);
    this.candidates = new Candidates(config.candidatesMax(), random);
    this.lost = new LostPeers(config, random);
  }

  // ---- what is known from elsewhere ------------------------------------------------------------

  /** A peer that this node knows by itself: it was listed, or linked to in an earlier life. */
  public void onKnown(PeerId peer, List<Multiaddr> addresses, long nowNanos) {
    if (peer.equals(self) || view.isNeighbour(peer) || lost.contains(peer)) return;
    candidates.addKnown(PeerEntry.of(peer, addresses));
    maintain(nowNanos);
  }

  /** A peer that announces itself to all on the local network, which anybody can do in any name. */
  public void onAnnounced(PeerId peer, List<Multiaddr> addresses, long nowNanos) {
    if (peer.equals(self) || view.isNeighbour(peer) || lost.contains(peer)) return;
    candidates.addHeard(PeerEntry.of(peer, addresses), null);
    maintain(nowNanos);
  }

  /** A dial of the port's failed. */
  public void onDialFailed(PeerId peer, long nowNanos) {
    dialFailed(peer, nowNanos);
    maintain(nowNanos);
  }

  @Override
  public List<TableSize> tables() {
    return List.of(
        new TableSize("candidates", candidates.size(), config.candidatesMax()),
        new TableSize("lost peers of membership", lost.size(), LostPeers.MAX));
  }

  /** Tells all neighbours that this node goes, and asks nobody any more. */
  public void leave() {
    leaving = true;
    for (Neighbour each : view.neighbours()) {
      port.send(each.peer(), new Disconnect(Disconnect.Why.LEAVING));
    }
    wakeNanos = NEVER;
  }

  // ---- links -----------------------------------------------------------------------------------

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    PeerId peer = link.peer();
    PeerEntry dialed = dials.remove(peer);
    PeerEntry wasLost = lost.remove(peer);
    Candidates.Candidate candidate = candidates.remove(peer);
    List<Multiaddr> addresses = dialed != null
        ? dialed.addresses()
        : candidate != null ? candidate.entry().addresses() : List.of();
    Neighbour made = new Neighbour(link, addresses, dialed != null && link.dialed());
    view.link(made);
    boolean wanted = view.size() < config.targetDegree()
        || ((dialed != null || wasLost != null) && view.hasRoom());
    if (wasLost != null || wanted) ask(made, nowNanos);
    else if (made.ours) port.disconnect(peer, "the view was filled meanwhile");
    maintain(nowNanos);
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    Neighbour gone = view.unlink(peer);
    if (gone == null) return;
    boolean wasInView = gone.inView;
    view.remove(gone);
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
    boolean mustJoin = !joined && view.size() == 0;
    List<Multiaddr> addresses = PeerEntry.of(self, port.addresses()).addresses();
    MembershipFrame frame = mustJoin
        ? new MembershipFrame.Join(addresses)
        : new MembershipFrame.Neighbor(view.size() == 0, view.size(), addresses);
    if (!port.send(peer.peer(), frame)) return;
    peer.asked = true;
    peer.askedUntilNanos = nowNanos + ANSWER_NANOS;
  }

  // ---- frames ----------------------------------------------------------------------------------

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    Neighbour peer = view.get(from);
    if (peer == null || leaving || !(frame instanceof MembershipFrame known)) return;
    if (!peer.takeFrame(nowNanos)) {
      counts.limited++;
      port.wasted(from);
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
    for (Neighbour each : view.neighbours()) {
      if (each.inView && each != from && each.mayForward(nowNanos)) port.send(each.peer(), walk);
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
    if (!isProtected && view.isCrowded(from.range)) {
      counts.refusedRange++;
      return false;
    }
    boolean hasRoom = view.hasRoom();
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
    port.send(to.peer(), new MembershipFrame.Answer(accepted, view.size(), others));
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
    view.remove(from);
    boolean useless = farewell.why() != Disconnect.Why.LEAVING;
    if (wasInView && useless) port.disconnect(from.peer(), "left by its wish");
  }

  /** A step of a walk: it ends here, or goes on to a random neighbour. */
  private void onWalk(Neighbour from, MembershipFrame.ForwardJoin walk, long nowNanos) {
    counts.walks++;
    PeerId peer = walk.joined().peer();
    if (peer.equals(self)) return;
    Neighbour next = walk.ttl() == 0 ? null : view.randomBut(from.peer(), peer);
    boolean isNew = !view.isNeighbour(peer);
    if (next == null || view.size() <= 1) {
      if (isNew) endWalk(from, walk.joined(), nowNanos);
      return;
    }
    if (isNew && walk.ttl() == config.walkMemory()) hear(from, List.of(walk.joined()));
    if (!next.mayForward(nowNanos)) return;
    int ttl = Math.min(walk.ttl(), config.walkLength()) - 1;
    port.send(next.peer(), new MembershipFrame.ForwardJoin(walk.joined(), Math.max(0, ttl)));
  }

  private void endWalk(Neighbour from, PeerEntry joinedPeer, long nowNanos) {
    hear(from, List.of(joinedPeer));
    boolean mayDial = view.hasRoom() && dials.hasRoom();
    boolean isUseful = candidates.contains(joinedPeer.peer()) && !dials.contains(joinedPeer.peer());
    if (!mayDial || !isUseful) return;
    if (walkDials == null) walkDials = new TokenBucket(WALK_DIALS_BURST, 1, nowNanos);
    if (walkDials.tryTake(1, nowNanos)) dial(joinedPeer, false, nowNanos);
  }

  private void onShuffle(Neighbour from, MembershipFrame.Shuffle shuffle) {
    from.degree = shuffle.degree();
    List<PeerEntry> mine = sample(from, true);
    port.send(from.peer(), new MembershipFrame.ShuffleReply(view.size(), mine));
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
          || view.isNeighbour(useful.peer())
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
    if (view.size() == 0) {
      shufflePauseNanos = SHUFFLE_FIRST_NANOS;
      nextShuffleNanos = NEVER;
    }
    view.add(peer);
  }

  /** Whether nothing but a lack of places speaks against a neighbour. */
  private boolean isWelcome(Neighbour peer) {
    return port.isProtected(peer.peer())
        || (port.score(peer.peer()) >= config.minScore() && !view.isCrowded(peer.range));
  }

  /** Lets go of those that are too many, but not of the one who has just come. */
  private void trim(Neighbour newest) {
    int excess = view.size() - config.maxDegree();
    if (excess <= 0) return;
    for (PeerId each : policy.choose(view.trimCandidates(newest), excess)) {
      Neighbour chosen = view.get(each);
      if (chosen != null) dismiss(chosen, Disconnect.Why.TRIMMED, "trimmed");
    }
  }

  private void dismiss(Neighbour peer, Disconnect.Why why, String reason) {
    if (!peer.inView || peer.peer().equals(self)) return;
    counts.trimmed++;
    peer.farewell = true;
    view.remove(peer);
    port.send(peer.peer(), new Disconnect(why));
    port.disconnect(peer.peer(), reason);
  }

  // ---- time ------------------------------------------------------------------------------------

  @Override
  public long nextDeadlineNanos() {
    return wakeNanos;
  }

  @Override
  public void onTimer(long nowNanos) {
    if (leaving || wakeNanos == NEVER || wakeNanos - nowNanos > 0) return;
    for (PeerId each : dials.overdue(nowNanos)) dialFailed(each, nowNanos);
    for (Neighbour each : List.copyOf(view.neighbours())) {
      if (each.asked && each.askedUntilNanos - nowNanos <= 0) refused(each, nowNanos);
    }
    if (nextShuffleNanos != NEVER && nextShuffleNanos - nowNanos <= 0) shuffle(nowNanos);
    maintain(nowNanos);
  }

  private void shuffle(long nowNanos) {
    long most = config.shuffleMillis() * 1_000_000;
    long pause = Math.min(shufflePauseNanos, most);
    shufflePauseNanos = Math.min(most, 2 * pause);
    nextShuffleNanos = nowNanos + pause - random.nextLong(pause / 4 + 1);
    dismissTheDisreputable();
    Neighbour with = view.randomBut(self, self);
    if (with == null) return;
    if (isSpare(with)) {
      dismiss(with, Disconnect.Why.TRIMMED, "both have neighbours enough");
      return;
    }
    with.shuffling = true;
    counts.shuffles++;
    port.send(with.peer(), new MembershipFrame.Shuffle(view.size(), sample(with, true)));
  }

  /** Whether a link is one more than each end needs: views that grew while many joined shrink again. */
  private boolean isSpare(Neighbour with) {
    int enough = config.targetDegree() + 1;
    return view.size() > enough && with.degree > enough && !port.isProtected(with.peer());
  }

  private void dismissTheDisreputable() {
    for (Neighbour each : List.copyOf(view.neighbours())) {
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
    List<Neighbour> others = view.shuffledBut(recipient);
    int ofView = Math.min(others.size(), (config.shuffleEntries() - sample.size() + 1) / 2);
    for (int i = 0; i < ofView; i++) sample.add(others.get(i).entry());
    int left = config.shuffleEntries() - sample.size();
    sample.addAll(candidates.sample(left, peer -> !peer.equals(recipient.peer())));
    return sample;
  }

  /** Brings the view to its size, as far as that can be done now, and sets the next time to look. */
  private void maintain(long nowNanos) {
    if (leaving) return;
    PeerEntry probe;
    while (dials.hasRoomForProbe() && (probe = lost.poll(nowNanos)) != null) {
      dial(probe, true, nowNanos);
    }
    if (view.size() == 0) candidates.hurry(nowNanos + LONELY_PAUSE_NANOS);
    int pending = dials.candidates() + askGuests(nowNanos);
    while (view.size() + pending < config.targetDegree() && dials.hasRoom()) {
      Candidates.Candidate next = candidates.pick(this::isUsable, nowNanos);
      if (next == null) break;
      dial(next.entry(), false, nowNanos);
      pending++;
    }
    if (view.size() == 0) nextShuffleNanos = NEVER;
    else if (nextShuffleNanos == NEVER) {
      nextShuffleNanos = nowNanos + random.nextLong(SHUFFLE_FIRST_NANOS) + 1;
    }
    plan(nowNanos, pending);
  }

  private boolean isUsable(Candidates.Candidate candidate) {
    PeerId peer = candidate.entry().peer();
    if (dials.contains(peer) || view.isNeighbour(peer)) return false;
    if (!candidate.isKnown() && candidate.entry().addresses().isEmpty()) return false;
    if (port.isProtected(peer)) return true;
    return port.score(peer) >= config.minScore()
        && !view.isCrowded(AddressRange.of(candidate.entry().addresses()));
  }

  /** Asks neighbours outside of the view, who cost no dial; returns how many answers are awaited. */
  private int askGuests(long nowNanos) {
    int awaited = 0;
    for (Neighbour each : view.neighbours()) if (each.asked) awaited++;
    int missing = config.targetDegree() - view.size() - awaited;
    if (missing <= 0 || !view.hasGuestsBut(awaited)) return awaited;
    for (Neighbour each : view.neighbours()) {
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
    dials.add(entry, isProbe, nowNanos + config.dialTimeoutMillis() * 1_000_000);
    port.dial(entry.peer(), entry.addresses());
  }

  private void dialFailed(PeerId peer, long nowNanos) {
    if (dials.remove(peer) == null) return;
    counts.dialsFailed++;
    lost.onFailed(peer, nowNanos);
    candidates.onFailed(peer, view.size() == 0, nowNanos);
  }

  private void plan(long nowNanos, int pending) {
    long next = Math.min(nextShuffleNanos, dials.nextDeadlineNanos());
    for (Neighbour each : view.neighbours()) {
      if (each.asked) next = Math.min(next, each.askedUntilNanos);
    }
    if (dials.hasRoomForProbe()) next = Math.min(next, lost.nextNanos());
    if (dials.hasRoom() && view.size() + pending < config.targetDegree()) {
      // Those that do not pause were looked at just now, in vain.
      next = Math.min(next, candidates.nextPauseEndNanos(nowNanos));
    }
    wakeNanos = next;
  }

  // ---- queries ---------------------------------------------------------------------------------

  /** How many are in the view. */
  public int degree() {
    return view.size();
  }

  /** Whether a peer is in the view. */
  public boolean isInView(PeerId peer) {
    return view.contains(peer);
  }

  /** Who is in the view, the oldest first. */
  public List<PeerId> view() {
    return view.peers();
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
