package org.openagi.p2p.messaging.parcel;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener.Stage;
import org.openagi.p2p.messaging.parcel.SectionBuilder.Built;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.Reach;

/**
 * Sends what waits for one recipient in parcels, as long as no connection does it better: {@link #start}, {@link #stop}. Receipts
 * settle it, also those that come when it does not send.
 *
 * <p>Pure state machine, confined to the owner of the recipient's lanes. A parcel is sent again, cut and sealed anew under
 * another id, when it was refused, when the neighbour that took it leads there no more, when parcels sent later arrived, or when
 * no receipt came in time; numbers make that harmless. How many are on their way grows with receipts and is halved by losses.
 *
 * @see "docs/wire/parcel-1.0.md, section 5"
 */
public final class ParcelSender {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Most parcels in mailboxes without a receipt. */
  static final int MAX_MAIL_PARCELS = 512;

  /** And their bytes. */
  static final long MAX_MAIL_BYTES = 8L << 20;

  /** How long the recipient may take to settle what arrived before it is asked, at first. */
  private static final long ASK_MIN_NANOS = 200_000_000L;

  private static final long ASK_MAX_NANOS = 5_000_000_000L;

  /** Times it is asked in vain before what arrived is sent again. */
  private static final int MAX_ASKED = 12;

  /** Mail that no neighbour took is sent again after so long. */
  private static final long UNTAKEN_MAIL_NANOS = 5_000_000_000L;

  /** Mail is sent again after so long, in case that its keeper lost it. */
  private static final long MAIL_AGAIN_NANOS = 600_000_000_000L;

  /** How long a mailbox gets to hand over what it keeps once the recipient is back. */
  private static final long RETURN_NANOS = 2_000_000_000L;

  private static final long PAUSE_MIN_NANOS = 20_000_000L;
  private static final int PAUSE_MAX_SHIFT = 8;

  /** In the order in which they may send. */
  private static final List<Lane> ORDER =
      List.of(Lane.URGENT, Lane.CONTROL, Lane.REPLY, Lane.EXPRESS, Lane.BULK);

  private final ParcelConfig config;
  private final PeerId recipient;
  private final ParcelSeal seal;
  private final ParcelPort port;
  private final ParcelSenderListener listener;
  private final RandomGenerator random;
  private final TimeSource time;
  private final SectionBuilder builder;
  private final ReceiptClock clock;
  private final Carriers carriers;
  private final Map<Lane, RoutedLane> lanes = new EnumMap<>(Lane.class);
  private final LinkedHashMap<Bytes, SentParcel> underway = new LinkedHashMap<>();
  private final ParcelSendCounters counters;

  private boolean active;
  private Reach reach = Reach.NONE;
  private int refusals;
  private long pausedUntilNanos;
  private boolean pausing;
  private long mailAtNanos = NEVER;
  private long incarnation;
  private boolean knowsIncarnation;
  private long roomBytes = Long.MAX_VALUE;

  /**
   * A sender that does not send yet.
   *
   * @param encoder may be shared with others on this owner
   * @param zstd for compression, null for none
   * @param random for ids and pauses; ids must not be guessable
   */
  public ParcelSender(
      ParcelConfig config,
      PeerId recipient,
      ParcelSeal seal,
      ParcelPort port,
      ParcelSenderListener listener,
      ParcelSendCounters counters,
      ChunkEncoder encoder,
      @Nullable ZstdCompressor zstd,
      RandomGenerator random,
      TimeSource time) {
    this.config = config;
    this.recipient = recipient;
    this.seal = seal;
    this.port = port;
    this.listener = listener;
    this.counters = counters;
    this.random = random;
    this.time = time;
    this.builder = new SectionBuilder(encoder, zstd);
    this.clock = new ReceiptClock(config.maxWindow());
    this.carriers = new Carriers(recipient, listener);
  }

  /** Adds a lane, before or after the start. */
  public void addLane(Lane lane, SendLane engine) {
    RoutedLane added = new RoutedLane(lane, engine);
    if (lanes.putIfAbsent(lane, added) == null && active) added.rewind();
  }

  /** There is no connection that does it: sends from now on. Everything that is not settled is sent anew. */
  public void start() {
    if (active) return;
    active = true;
    underway.clear();
    pausing = false;
    lanes.values().forEach(RoutedLane::rewind);
    reach = port.way(recipient).reach();
    pump();
  }

  /** A connection does it: sends no more. */
  public void stop() {
    active = false;
    underway.clear();
    mailAtNanos = NEVER;
  }

  /** Whether it sends. */
  public boolean isActive() {
    return active;
  }

  /** The way to the recipient changed, or its key became known. */
  public void onWayChanged() {
    Reach before = reach;
    reach = port.way(recipient).reach();
    if (!active) return;
    long now = time.nanoTime();
    pausing = false;
    refusals = 0;
    clock.onWay();
    boolean mail = reach.kind() == Reach.Kind.MAILBOX;
    for (SentParcel parcel : List.copyOf(underway.values())) {
      if (parcel.mail && !mail && before.kind() != reach.kind()) {
        parcel.dueNanos = Math.min(parcel.dueNanos, now + RETURN_NANOS);
      } else if (!parcel.mail && !parcel.arrived && isOffTheWay(parcel)) {
        lose(parcel, parcel.by, "its way changed");
      }
    }
    pump();
  }

  private boolean isOffTheWay(SentParcel parcel) {
    if (reach.kind() == Reach.Kind.MAILBOX) return true;
    PeerId by = parcel.by;
    return reach.kind() != Reach.Kind.NONE && by != null && !reach.nextHops().contains(by);
  }

  /** A neighbour took a parcel over. */
  public void onTaken(Bytes parcelId, PeerId by) {
    SentParcel parcel = underway.get(parcelId);
    if (parcel == null) return;
    refusals = 0;
    parcel.by = by;
    long now = time.nanoTime();
    if (parcel.mail && !parcel.arrived) parcel.dueNanos = now + MAIL_AGAIN_NANOS;
    Stage taken = new Stage.Taken(by, now - parcel.sentNanos);
    listener.onStage(parcel.lane, parcel.start.number(), endOf(parcel), taken);
  }

  /** A parcel was not taken. */
  public void onRefused(Bytes parcelId, PeerId by, ParcelRefusal why) {
    SentParcel parcel = underway.get(parcelId);
    if (parcel == null || parcel.arrived) return;
    long now = time.nanoTime();
    counters.refused.increment();
    if (why == ParcelRefusal.FULL) clock.onLoss(parcel.sentNanos, now);
    lose(parcel, by, why.name());
    refusals++;
    if (refusals >= Math.max(1, reach.nextHops().size())) {
      long pause = PAUSE_MIN_NANOS << Math.min(refusals - 1, PAUSE_MAX_SHIFT);
      pausing = true;
      pausedUntilNanos = now + pause / 2 + random.nextLong(pause / 2 + 1);
    }
    pump();
  }

  /**
   * A receipt of the recipient came; its signature was checked.
   *
   * @throws ProtocolViolationException if it speaks of what was never sent
   */
  public void onReceipt(Receipt receipt) throws ProtocolViolationException {
    long now = time.nanoTime();
    counters.receipts.increment();
    boolean restarted = knowsIncarnation && incarnation != receipt.incarnation();
    knowsIncarnation = true;
    incarnation = receipt.incarnation();
    roomBytes = receipt.roomBytes();
    for (Receipt.LaneReceipt each : receipt.lanes()) settle(each);
    if (active && restarted) loseWhatArrived();
    else for (SentParcel parcel : underway.values()) parcel.onHeardOf();
    long newest = Long.MIN_VALUE;
    for (Receipt.Arrival arrival : receipt.arrivals()) {
      SentParcel parcel = underway.get(arrival.parcelId());
      if (parcel == null || parcel.arrived) continue;
      onArrived(parcel, arrival, now);
      if (!parcel.mail) newest = Math.max(newest, parcel.sentNanos);
    }
    loseOvertaken(newest, now);
    underway.values().removeIf(this::isSettled);
    pump();
  }

  private void settle(Receipt.LaneReceipt each) throws ProtocolViolationException {
    RoutedLane lane = lanes.get(each.lane());
    if (lane == null || lane.engine.epoch() != each.epoch()) return;
    lane.engine.onReceipt(each.ack());
    // Until it hears that they were, the recipient keeps what it refused.
    if (!each.ack().exceptions().isEmpty() && lane.hasUnsettled()) lane.greet = true;
  }

  private boolean isSettled(SentParcel parcel) {
    RoutedLane lane = lanes.get(parcel.lane);
    return lane == null || parcel.isBelow(lane.engine.firstUnsettled());
  }

  private void onArrived(SentParcel parcel, Receipt.Arrival arrival, long now) {
    long roundTrip = now - parcel.sentNanos;
    parcel.arrived = true;
    parcel.dueNanos = now + Math.max(ASK_MIN_NANOS, clock.timeoutNanos(reach));
    if (!parcel.mail) carriers.onArrived(parcel.by);
    if (!parcel.mail) clock.onReceipt(Math.max(1, roundTrip - 1_000 * arrival.ageMicros()));
    listener.onStage(
        parcel.lane,
        parcel.start.number(),
        endOf(parcel),
        new Stage.Arrived(roundTrip, arrival.ageMicros(), arrival.trail()));
  }

  private void loseWhatArrived() {
    for (SentParcel parcel : List.copyOf(underway.values())) {
      if (parcel.arrived && !isSettled(parcel)) {
        lose(parcel, null, "the recipient started anew");
      }
    }
  }

  private void loseOvertaken(long newestSentNanos, long now) {
    if (newestSentNanos == Long.MIN_VALUE) return;
    List<SentParcel> overtaken = new ArrayList<>();
    for (SentParcel parcel : underway.values()) {
      boolean late = newestSentNanos - parcel.sentNanos > clock.reorderNanos();
      if (late && !parcel.arrived && !parcel.mail && !isSettled(parcel)) overtaken.add(parcel);
    }
    if (overtaken.isEmpty()) return;
    clock.onLoss(overtaken.getLast().sentNanos, now);
    for (SentParcel parcel : overtaken) {
      carriers.onOvertaken(parcel.by);
      lose(parcel, parcel.by, "overtaken");
    }
  }

  private void lose(SentParcel parcel, @Nullable PeerId avoid, String why) {
    underway.remove(parcel.id);
    counters.lost.increment();
    RoutedLane lane = lanes.get(parcel.lane);
    if (lane == null) return;
    lane.onLost(parcel.start, parcel.end, avoid);
    listener.onStage(parcel.lane, parcel.start.number(), endOf(parcel), new Stage.Lost(avoid, why));
  }

  private static long endOf(SentParcel parcel) {
    return parcel.end.offset() > 0 ? parcel.end.number() + 1 : parcel.end.number();
  }

  // ---- sending -------------------------------------------------------------------------------

  /** Sends what may be sent. To be called when something was appended to a lane, too. */
  public void pump() {
    Way way = port.way(recipient);
    reach = way.reach();
    Bytes key = way.sealKey();
    long now = time.nanoTime();
    if (!active || key == null || !way.isOpen()) return;
    if (pausing && now < pausedUntilNanos) return;
    pausing = false;
    builder.setReplyKey(port.ownSealKey());
    if (!way.isMail()) mailAtNanos = NEVER;
    else if (isGathering(now)) return;
    for (RoutedLane lane : lanes.values()) if (lane.greet) greet(lane, key);
    for (Lane each : ORDER) {
      RoutedLane lane = lanes.get(each);
      if (lane != null && !sendLane(lane, key, now)) return;
    }
  }

  /** Mail is worth waiting for more of it. */
  private boolean isGathering(long now) {
    if (lanes.values().stream().noneMatch(lane -> lane.hasUnsent() || lane.greet)) {
      mailAtNanos = NEVER; // what was gathered ended meanwhile
      return false;
    }
    if (mailAtNanos == NEVER) mailAtNanos = now + config.mailPause().toNanos();
    if (now < mailAtNanos) return true;
    mailAtNanos = NEVER;
    return false;
  }

  /** Returns false if nothing more may be sent, of other lanes neither. */
  private boolean sendLane(RoutedLane lane, Bytes key, long now) {
    lane.blockedNanos = 0;
    while (lane.hasUnsent() && lane.blockedNanos == 0) {
      if (!hasWindow() || !listener.maySend(lane.lane)) return false;
      if (!sendNext(lane, key, now)) return true;
    }
    return true;
  }

  private boolean hasWindow() {
    int parcels = 0;
    long bytes = 0;
    for (SentParcel parcel : underway.values()) {
      bytes += parcel.bytes;
      if (!parcel.arrived) parcels++;
    }
    if (reach.kind() == Reach.Kind.MAILBOX) {
      return underway.size() < MAX_MAIL_PARCELS && bytes < MAX_MAIL_BYTES;
    }
    if (underway.size() >= MAX_MAIL_PARCELS) return false;
    boolean room = roomBytes >= Parcel.MAX_SEALED_BYTES || parcels == 0;
    return room && parcels < clock.window();
  }

  /** Sends the lowest stretch that was lost, else the next. Returns false if there was nothing to send. */
  private boolean sendNext(RoutedLane lane, Bytes key, long now) {
    RoutedLane.Lost lost = lane.takeLost();
    Section.Place start = lost == null ? lane.next : lost.start();
    Section.Place until = lost == null ? null : lost.end();
    long beyond =
        reach.kind() == Reach.Kind.MAILBOX ? now + config.mailPatience().toNanos() : now;
    Built built = builder.build(lane.lane, lane.engine, start, until, beyond, time.epochMillis());
    lane.blockedNanos = builder.blockedNanos();
    if (built == null) {
      if (lost != null && lane.blockedNanos != 0)
        lane.onLost(lost.start(), lost.end(), lost.avoid());
      return lost != null && lane.blockedNanos == 0;
    }
    PeerId avoid = lost == null ? null : lost.avoid();
    if (lost == null) lane.next = built.section().end();
    else if (built.section().end().isBefore(lost.end())) {
      lane.onLost(built.section().end(), lost.end(), avoid);
    }
    return send(built, lane, key, avoid, now);
  }

  private boolean send(Built built, RoutedLane lane, Bytes key, @Nullable PeerId avoid, long now) {
    Section section = built.section();
    lane.engine.onRouted(built.entries());
    long lifetime = Math.clamp(
        (built.deadlineNanos() - now) / 1_000_000, 1, Prekeys.MAX_PARCEL_LIFE.toMillis());
    boolean keep = lifetime > config.mailPatience().toMillis();
    boolean mail = reach.kind() == Reach.Kind.MAILBOX;
    int ttl = built.ttl() < 0 ? ParcelReceiver.RECEIPT_TTL : Math.max(1, built.ttl());
    Bytes sealed = sealed(section, key);
    if (sealed == null) {
      lane.onLost(section.start(), section.end(), avoid);
      pausing = true;
      pausedUntilNanos = now + (PAUSE_MIN_NANOS << PAUSE_MAX_SHIFT);
      return false;
    }
    Parcel parcel = parcel(ttl, lifetime, keep, sealed);
    long due = now + (mail ? UNTAKEN_MAIL_NANOS : clock.timeoutNanos(reach));
    SentParcel sent = new SentParcel(
        parcel.id(), lane.lane, section.start(), section.end(), sealed.length(), now, mail, due);
    underway.put(parcel.id(), sent);
    counters.sent.increment();
    listener.onSent(lane.lane, sealed.length());
    listener.onStage(
        lane.lane,
        section.start().number(),
        endOf(sent),
        new Stage.Sent(mail ? 0 : reach.hops(), mail));
    port.send(parcel, avoid);
    return true;
  }

  private void greet(RoutedLane lane, Bytes key) {
    lane.greet = false;
    Bytes sealed = sealed(builder.greeting(lane.lane, lane.engine), key);
    if (sealed == null) return;
    counters.greetings.increment();
    long lifetime = Math.max(1, clock.timeoutNanos(reach) / 1_000_000);
    port.send(parcel(ParcelReceiver.RECEIPT_TTL, lifetime, false, sealed), null);
  }

  /** Null if the recipient announced what nobody can seal with: then nothing is sent until it announces another key. */
  private @Nullable Bytes sealed(Section section, Bytes key) {
    try {
      return seal.seal(recipient, key, ParcelContent.SECTION, section.encode());
    } catch (ProtocolViolationException unusable) {
      counters.unusableKeys.increment();
      return null;
    }
  }

  private Parcel parcel(int ttl, long lifetimeMillis, boolean keep, Bytes sealed) {
    byte[] id = new byte[Parcel.ID_BYTES];
    random.nextBytes(id);
    return new Parcel(Bytes.wrap(id), recipient, ttl, lifetimeMillis, keep, List.of(), sealed);
  }

  // ---- time ----------------------------------------------------------------------------------

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    if (!active) return NEVER;
    long next = mailAtNanos;
    if (pausing) next = Math.min(next, pausedUntilNanos);
    for (SentParcel parcel : underway.values()) next = Math.min(next, parcel.dueNanos);
    for (RoutedLane lane : lanes.values()) {
      if (lane.blockedNanos != 0) next = Math.min(next, lane.blockedNanos);
    }
    return next;
  }

  /** Does what is due. */
  public void onTimer() {
    if (!active) return;
    long now = time.nanoTime();
    endWaits(now);
    underway.values().removeIf(this::isSettled);
    SentParcel lastLate = null;
    for (SentParcel parcel : List.copyOf(underway.values())) {
      if (parcel.dueNanos > now) continue;
      if (parcel.arrived && ask(parcel, now)) continue;
      if (!parcel.mail && !parcel.arrived) {
        lastLate = parcel;
        carriers.onSilence(parcel.by);
      }
      lose(parcel, parcel.by, "no receipt in time");
    }
    if (lastLate != null) {
      clock.onLoss(lastLate.sentNanos, now);
      clock.onTimeout(lastLate.sentNanos, now);
    }
    pump();
    // If nothing could be sent, whatever changes that begins anew: a deadline in the past would be
    // due for ever.
    if (now >= mailAtNanos) mailAtNanos = NEVER;
  }

  /** What was waited for is over, also if there is no way to go on. */
  private void endWaits(long now) {
    if (pausing && now >= pausedUntilNanos) pausing = false;
    for (RoutedLane lane : lanes.values()) {
      if (now >= lane.blockedNanos) lane.blockedNanos = 0;
    }
  }

  /** What arrived and was not settled is with slow handlers, or with a process that is gone: asks which. */
  private boolean ask(SentParcel parcel, long now) {
    if (parcel.asked >= MAX_ASKED) return false;
    long wait = Math.min(ASK_MAX_NANOS, ASK_MIN_NANOS << Math.min(++parcel.asked, 10));
    parcel.dueNanos = now + Math.max(wait, clock.timeoutNanos(reach));
    RoutedLane lane = lanes.get(parcel.lane);
    if (lane != null) lane.greet = true;
    return true;
  }

  // ---- queries -------------------------------------------------------------------------------

  /** What became of a message so far, for people; empty if it is on no way. */
  public String stageOf(Lane lane, long number) {
    for (SentParcel parcel : underway.values()) {
      if (parcel.lane != lane || !parcel.holds(number)) continue;
      PeerId by = parcel.by;
      if (parcel.arrived) return "arrived, not settled yet";
      if (parcel.mail) return by == null ? "on its way into a mailbox" : "in a mailbox, by " + by;
      return "routed via " + reach.hops() + " hops" + (by == null ? "" : ", taken by " + by);
    }
    return "";
  }

  /** Parcels with messages that are on their way. */
  public int underway() {
    return underway.size();
  }
}
