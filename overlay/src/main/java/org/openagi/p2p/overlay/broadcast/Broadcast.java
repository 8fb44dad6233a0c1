package org.openagi.p2p.overlay.broadcast;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Gossip;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Graft;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Group;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Have;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Prune;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame.Range;
import org.openagi.p2p.overlay.broadcast.MessageCache.Cached;

/**
 * Brings messages to everyone and takes those of others. Confined to its owner.
 *
 * <p>A link begins eager. Over it comes each message at once; if it had come before, the link becomes lazy for both ends. Lazy
 * neighbours are told, some time later and many at once, which messages there are. Who misses one asks for it, and the link is
 * eager again. A signature is checked before a message is handed over or passed on: who forges can't make others carry it.
 *
 * @see "docs/wire/overlay-broadcast.md"
 */
public final class Broadcast implements OverlayMachine {
  /** Round trip of a link of which nothing is known. */
  private static final long UNKNOWN_RTT_NANOS = 100_000_000L;

  /** News so old are of the past: what they name is not on its way over another link. */
  private static final long OLD_NEWS_DECIS = 20;

  /** Messages of one frame that are looked at one by one. */
  private static final int NUMBERS_PER_FRAME_MAX = 1024;

  /**
   * Between two improvements of the tree by one node, jittered by half. For a moment there is a cycle, and messages of two
   * origins may cut it at two places, which has to be mended. Every 10 s, 200 nodes sent 13 % more copies than needed.
   */
  private static final long OPTIMISE_PAUSE_NANOS = 60_000_000_000L;

  private final BroadcastConfig config;
  private final PeerId self;
  private final BroadcastPort port;
  private final RandomGenerator random;
  private final TimeSource time;
  private final long epoch;
  private final long startedNanos;
  private final Map<PeerId, Branch> branches = new LinkedHashMap<>();
  private final SeenMessages seen;
  private final MessageCache cache;
  private final MissingMessages missing = new MissingMessages();
  private final OwnMessages own = new OwnMessages();
  private final Counts counts = new Counts();
  private List<Cached> news = new ArrayList<>(0);
  private @Nullable TokenBucket ownMessages;
  private @Nullable TokenBucket ownBytes;
  private long number;
  private long announceNanos = NEVER;
  private long confirmNanos = NEVER;
  private long nextOptimisationNanos;

  /**
   * Begins without neighbours.
   *
   * @param time for the clock that says when messages were made
   */
  public Broadcast(
      BroadcastConfig config,
      PeerId self,
      BroadcastPort port,
      RandomGenerator random,
      TimeSource time) {
    this.config = config;
    this.self = self;
    this.port = port;
    this.random = random;
    this.time = time;
    this.epoch = Math.max(0, time.epochMillis());
    this.startedNanos = time.nanoTime();
    this.seen = new SeenMessages(config);
    this.cache = new MessageCache(config);
    pauseOptimisation(startedNanos);
  }

  // ---- messages of this node -------------------------------------------------------------------

  /**
   * Sends a message to everyone.
   *
   * @return its number, to which {@link BroadcastPort#onTakenOver} refers; 0 if it was refused because too many were sent just
   *     now, or wait to be taken over
   * @throws IllegalArgumentException if the payload is too long
   */
  public long broadcast(Bytes payload, long nowNanos) {
    if (payload.length() > BroadcastMessage.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("broadcast of "
          + payload.length()
          + " bytes, allowed are "
          + BroadcastMessage.MAX_PAYLOAD_BYTES);
    }
    if (own.isFull() || !takeOwn(payload.length(), nowNanos)) return 0;
    number++;
    long created = Math.max(0, time.epochMillis());
    Bytes text = BroadcastMessage.signedText(self, epoch, number, created, payload);
    BroadcastMessage message =
        new BroadcastMessage(self, epoch, number, created, payload, port.sign(text));
    counts.sent++;
    Cached cached = new Cached(message, 0, null, nowNanos);
    cache.add(cached);
    List<PeerId> recipients = new ArrayList<>();
    for (Branch each : branches.values()) if (each.isEager()) recipients.add(each.peer());
    own.add(number, recipients);
    push(cached, null, nowNanos);
    return number;
  }

  private boolean takeOwn(int size, long nowNanos) {
    if (ownMessages == null || ownBytes == null) {
      ownMessages =
          new TokenBucket(config.messagesPerSecond(), config.messagesPerSecond(), nowNanos);
      ownBytes = new TokenBucket(config.bytesPerSecond(), config.bytesPerSecond(), nowNanos);
    }
    return ownBytes.available(nowNanos) >= size
        && ownMessages.tryTake(1, nowNanos)
        && ownBytes.tryTake(size, nowNanos);
  }

  /** Nobody waits any more to hear that a message of this node was taken over. */
  public void forget(long number) {
    own.forget(number);
  }

  // ---- links -----------------------------------------------------------------------------------

  @Override
  public void onLinkUp(OverlayLink link, long nowNanos) {
    branches.put(link.peer(), new Branch(link.peer()));
    cache.expire(nowNanos);
    if (cache.size() == 0) return;
    List<Group> groups = cache.groups(nowNanos);
    port.send(link.peer(), new Have(groups));
  }

  @Override
  public void onLinkDown(PeerId peer, LinkLoss why, long nowNanos) {
    if (branches.remove(peer) == null) return;
    missing.removeAnnouncer(peer);
    tell(own.onGone(peer));
  }

  private void pauseOptimisation(long nowNanos) {
    nextOptimisationNanos =
        nowNanos + OPTIMISE_PAUSE_NANOS / 2 + random.nextLong(OPTIMISE_PAUSE_NANOS);
  }

  // ---- frames ----------------------------------------------------------------------------------

  @Override
  public void onFrame(PeerId from, OverlayFrame frame, long nowNanos)
      throws ProtocolViolationException {
    Branch branch = branches.get(from);
    if (branch == null || !(frame instanceof BroadcastFrame known)) return;
    switch (known) {
      case Gossip gossip -> onGossip(branch, gossip, nowNanos);
      case Have have -> onHave(branch, have, nowNanos);
      case Graft graft -> onGraft(branch, graft, nowNanos);
      case Prune prune -> branch.setLazy();
    }
  }

  private void onGossip(Branch from, Gossip gossip, long nowNanos)
      throws ProtocolViolationException {
    BroadcastMessage message = gossip.message();
    Source source = Source.of(message);
    if (isKnown(source, message.number())) {
      onDuplicate(from, message, nowNanos);
      return;
    }
    if (Math.abs(time.epochMillis() - message.createdMillis()) > config.maxAgeMillis()) {
      counts.refusedAge++;
      return;
    }
    if (!from.takeCopy(config, nowNanos)) {
      counts.refusedRate++;
      return;
    }
    if (!port.verify(message.origin(), message.signedText(), message.signature())) {
      counts.refusedSignature++;
      throw new ProtocolViolationException(
          Scope.PEER,
          "broadcast " + message.number() + " of " + message.origin() + " has a bad signature");
    }
    if (message.origin().equals(self)) {
      onDuplicate(from, message, nowNanos);
      return;
    }
    SeenMessages.Seen ofSource = seen.get(source, nowNanos);
    boolean isDirect = from.peer().equals(message.origin());
    if (!ofSource.admit(message.payload().length(), isDirect ? 1 : 2, config, nowNanos)) {
      counts.refusedRate++;
      return;
    }
    seen.add(ofSource, message.number(), nowNanos);
    accept(from, gossip, new MessageId(source, message.number()), nowNanos);
  }

  /** Whether it came before, or this node made it: in this run, that is; what it is said to have made else needs its signature. */
  private boolean isKnown(Source source, long which) {
    if (!source.origin().equals(self)) return seen.contains(source, which);
    return source.epoch() == epoch && which <= number;
  }

  private void accept(Branch from, Gossip gossip, MessageId id, long nowNanos) {
    BroadcastMessage message = gossip.message();
    missing.remove(id);
    from.setEager();
    counts.delivered++;
    confirm(from, message, nowNanos);
    port.onMessage(message, from.peer(), gossip.hops());
    if (!config.relays() || gossip.hops() >= BroadcastFrame.MAX_HOPS) return;
    Cached cached = new Cached(message, gossip.hops(), from.peer(), nowNanos);
    cached.addHadBy(from);
    cache.add(cached);
    push(cached, from, nowNanos);
  }

  /** Sends to the eager neighbours, and notes it as news for the others. */
  private void push(Cached cached, @Nullable Branch notTo, long nowNanos) {
    Gossip copy = new Gossip(cached.hops + 1, cached.message);
    boolean isNews = false;
    for (Branch each : branches.values()) {
      if (each == notTo) continue;
      if (each.isEager() && port.send(each.peer(), copy)) {
        counts.forwarded++;
        continue;
      }
      if (each.isEager()) {
        counts.notTaken++;
        cached.addNotTakenBy(each);
      }
      isNews = true;
    }
    if (!isNews) return;
    news.add(cached);
    if (announceNanos == NEVER) announceNanos = nowNanos + config.announceMillis() * 1_000_000;
  }

  private void onDuplicate(Branch from, BroadcastMessage message, long nowNanos) {
    counts.duplicates++;
    if (!from.takeDuplicate(config, nowNanos)) port.wasted(from.peer());
    confirm(from, message, nowNanos);
    boolean isFirst = from.isEager();
    from.setLazy();
    if (!from.takePrune(isFirst, nowNanos)) return;
    counts.prunes++;
    port.send(from.peer(), new Prune());
  }

  /** The origin is told, a little later, that its neighbour has the message. */
  private void confirm(Branch from, BroadcastMessage message, long nowNanos) {
    if (!from.peer().equals(message.origin())) return;
    from.confirm(Source.of(message), message.number());
    if (confirmNanos == NEVER) confirmNanos = nowNanos + config.confirmMillis() * 1_000_000;
  }

  private void onHave(Branch from, Have have, long nowNanos) {
    int ranges = 0;
    for (Group each : have.groups()) ranges += each.ranges().size();
    if (!from.takeNews(ranges, nowNanos)) {
      counts.refusedNews += ranges;
      return;
    }
    NumbersLeft left = new NumbersLeft();
    for (Group group : have.groups()) {
      for (Range range : group.ranges()) {
        if (!group.origin().equals(self)) onNews(from, Source.of(group), range, left, nowNanos);
        else if (group.epoch() == epoch) onConfirmed(from, range);
      }
    }
  }

  private static final class NumbersLeft {
    private int left = NUMBERS_PER_FRAME_MAX;

    boolean take() {
      return left-- > 0;
    }
  }

  private void onConfirmed(Branch from, Range range) {
    tell(own.onConfirmed(from.peer(), range.first(), range.first() + range.count() - 1));
  }

  private void tell(List<OwnMessages.Done> done) {
    for (OwnMessages.Done each : done) port.onTakenOver(each.number(), each.neighbours());
  }

  private void onNews(Branch from, Source source, Range range, NumbersLeft left, long nowNanos) {
    long last = range.first() + range.count() - 1;
    for (Cached each : news) {
      BroadcastMessage message = each.message;
      boolean isNamed = message.number() >= range.first()
          && message.number() <= last
          && message.epoch() == source.epoch()
          && message.origin().equals(source.origin());
      if (isNamed) each.addHadBy(from);
    }
    // What was sent before this process began is not for it: an earlier one may have had it.
    boolean isBefore = range.ageDecis() * 100_000_000 > nowNanos - startedNanos;
    if (isBefore) return;
    boolean isOld = range.ageDecis() >= OLD_NEWS_DECIS;
    long due = nowNanos + (isOld ? 0 : patienceNanos(from.peer()));
    SeenMessages.Seen known = seen.find(source);
    NumberRanges numbers = known == null ? new NumberRanges() : known.numbers();
    numbers.forEachMissing(range.first(), last, each -> {
      if (!left.take()) return false;
      if (!missing.add(new MessageId(source, each), from.peer(), due)) counts.refusedNews++;
      return true;
    });
    improve(from, source, range, last, nowNanos);
  }

  /**
   * Makes a lazy link eager if a message had come over less than half as many links by it. The next one shows which of the two is faster:
   * that of the other comes again, and makes its link lazy. So the tree is never cut for something that may not be better.
   */
  private void improve(Branch from, Source source, Range range, long last, long nowNanos) {
    if (from.isEager() || nextOptimisationNanos - nowNanos > 0) return;
    Cached latest = cache.find(source, last);
    if (latest == null || latest.hops < 2 * (range.hops() + 1) + config.optimiseHops()) return;
    pauseOptimisation(nowNanos);
    from.setEager();
    port.send(from.peer(), new Graft(List.of()));
  }

  private void onGraft(Branch from, Graft graft, long nowNanos) {
    from.setEager();
    NumbersLeft left = new NumbersLeft();
    for (Group group : graft.groups()) {
      Source source = Source.of(group);
      for (Range range : group.ranges()) serve(from, source, range, left, nowNanos);
    }
  }

  private void serve(Branch to, Source source, Range range, NumbersLeft left, long nowNanos) {
    long end = range.first() + range.count();
    for (long each = range.first(); each < end && left.take(); each++) {
      Cached cached = cache.find(source, each);
      boolean isServed = cached != null
          && to.takeServed(cached.message.payload().length(), config, nowNanos)
          && port.send(to.peer(), new Gossip(cached.hops + 1, cached.message));
      if (isServed) counts.graftsServed++;
      else counts.graftsUnserved++;
    }
  }

  // ---- time ------------------------------------------------------------------------------------

  @Override
  public long nextDeadlineNanos() {
    long next = Math.min(announceNanos, confirmNanos);
    return Math.min(next, Math.min(missing.nextNanos(), cache.nextExpiryNanos()));
  }

  @Override
  public void onTimer(long nowNanos) {
    if (confirmNanos <= nowNanos) sendConfirmations();
    if (announceNanos <= nowNanos) announce(nowNanos);
    if (missing.nextNanos() <= nowNanos) askForMissing(nowNanos);
    cache.expire(nowNanos);
  }

  private void sendConfirmations() {
    confirmNanos = NEVER;
    for (Branch each : branches.values()) {
      List<Group> groups = each.pollConfirmed();
      if (!groups.isEmpty()) port.send(each.peer(), new Have(groups));
    }
  }

  private void announce(long nowNanos) {
    announceNanos = NEVER;
    List<Cached> all = news;
    news = new ArrayList<>(0);
    List<Cached> forOne = new ArrayList<>(all.size());
    for (Branch branch : branches.values()) {
      forOne.clear();
      for (Cached each : all) if (each.isNewsFor(branch)) forOne.add(each);
      if (forOne.isEmpty()) continue;
      counts.announced += forOne.size();
      port.send(branch.peer(), new Have(MessageCache.group(forOne, nowNanos)));
    }
    for (Cached each : all) each.announced();
  }

  private void askForMissing(long nowNanos) {
    MissingMessages.Due due = missing.poll(this::patienceNanos, nowNanos);
    counts.missed += due.givenUp;
    counts.grafts += due.asked;
    due.requests.forEach((peer, numbers) -> {
      Branch branch = branches.get(peer);
      if (branch == null) return;
      branch.setEager();
      port.send(peer, new Graft(MessageCache.group(numbers)));
    });
  }

  /**
   * How long what a neighbour has may be on its way by other links: two round trips and a little. Those behind one cut should not
   * all mend it, so they wait for different times.
   */
  private long patienceNanos(PeerId neighbour) {
    long measured = port.quality(neighbour).rttMicros() * 1_000L;
    long rtt = measured > 0 ? measured : UNKNOWN_RTT_NANOS;
    long least = config.missingMillis() * 1_000_000;
    return least + 2 * rtt + random.nextLong(least + 1);
  }

  // ---- queries ---------------------------------------------------------------------------------

  /** Neighbours in the tree, in the order in which they came. What everyone should hear of soon goes to these. */
  public List<PeerId> eagerPeers() {
    List<PeerId> eager = new ArrayList<>(branches.size());
    for (Branch each : branches.values()) if (each.isEager()) eager.add(each.peer());
    return eager;
  }

  /** When this process began, by which others tell its messages from those of an earlier one. */
  public long epoch() {
    return epoch;
  }

  @Override
  public List<TableSize> tables() {
    return List.of(
        new TableSize("sources", seen.size(), config.maxSources()),
        new TableSize("cached messages", cache.size(), MessageCache.MESSAGES_MAX),
        new TableSize("bytes of cached messages", cache.bytes(), config.cacheBytes()),
        new TableSize("missing messages", missing.size(), MissingMessages.MAX),
        new TableSize("own messages", own.size(), OwnMessages.MAX));
  }

  /** What happened so far. */
  public BroadcastCounters counters() {
    return counts.snapshot();
  }

  private static final class Counts {
    long sent;
    long delivered;
    long forwarded;
    long duplicates;
    long announced;
    long grafts;
    long graftsServed;
    long graftsUnserved;
    long prunes;
    long missed;
    long refusedSignature;
    long refusedAge;
    long refusedRate;
    long refusedNews;
    long notTaken;

    BroadcastCounters snapshot() {
      return new BroadcastCounters(
          sent,
          delivered,
          forwarded,
          duplicates,
          announced,
          grafts,
          graftsServed,
          graftsUnserved,
          prunes,
          missed,
          refusedSignature,
          refusedAge,
          refusedRate,
          refusedNews,
          notTaken);
    }
  }
}
