package org.openagi.p2p.messaging.parcel;

import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.Reach;

/**
 * Takes in the parcels for this node: opens them, checks their signatures, gives their messages to the inbox in order, and sends
 * receipts. Pure state machine, confined to its owner but for the wake-ups it asks for.
 *
 * <p>Nothing is handed to anybody before its signature was checked. What comes twice, late, early or not at all does no harm:
 * numbers say what is known, and the sender sends again what no receipt tells of.
 *
 * @see "docs/wire/parcel-1.0.md, section 6"
 */
public final class ParcelReceiver {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Hops that a receipt may take. */
  static final int RECEIPT_TTL = 32;

  /** Senders that something is known of; beyond it the one idle for longest is forgotten. */
  static final int MAX_SENDERS = 1024;

  /** Sections of one sender that wait for their turn. */
  static final int MAX_HELD_SECTIONS = 512;

  /** Parcels opened a second: each costs some 100 microseconds. */
  static final int OPENED_PER_SECOND = 4_000;

  /** How long a receipt that tells of nothing but arrivals is worth anything. */
  private static final long ARRIVALS_LIFE_MILLIS = 30_000;

  /** How often a receipt is tried again for which there is no way. */
  private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();

  /** Least time between two receipts that go into a mailbox. */
  private static final long MAIL_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long IDLE_NANOS = Duration.ofMinutes(10).toNanos();

  private final ParcelConfig config;
  private final PeerId self;
  private final Inbox inbox;
  private final Prekeys prekeys;
  private final ParcelSeal seal;
  private final ParcelPort port;
  private final ParcelReceiverListener listener;
  private final ParcelReceiveCounters counters;
  private final RandomGenerator random;
  private final TimeSource time;
  private final ByteBufAllocator allocator;
  private final TokenBucket opening;
  private final LinkedHashMap<PeerId, RoutedSender> senders = new LinkedHashMap<>(16, 0.75f, true);
  private final ConcurrentLinkedQueue<RoutedInbox> woken = new ConcurrentLinkedQueue<>();
  private final Map<RoutedInbox, RoutedSender> owners = new LinkedHashMap<>();
  private long sweepNanos = NEVER;
  private boolean stopping;

  /**
   * A receiver that nothing came to.
   *
   * @param random for ids of parcels, which must not be guessable
   */
  public ParcelReceiver(
      ParcelConfig config,
      Inbox inbox,
      Prekeys prekeys,
      ParcelSeal seal,
      ParcelPort port,
      ParcelReceiverListener listener,
      ParcelReceiveCounters counters,
      RandomGenerator random,
      TimeSource time,
      ByteBufAllocator allocator) {
    this.config = config;
    this.self = seal.self();
    this.inbox = inbox;
    this.prekeys = prekeys;
    this.seal = seal;
    this.port = port;
    this.listener = listener;
    this.counters = counters;
    this.random = random;
    this.time = time;
    this.allocator = allocator;
    this.opening = new TokenBucket(OPENED_PER_SECOND, OPENED_PER_SECOND, time.nanoTime());
  }

  /** A parcel came. What is wrong with it is counted; nobody on its way can be blamed for it. */
  public void onParcel(Parcel parcel) {
    long now = time.nanoTime();
    if (!parcel.to().equals(self)) {
      counters.notForUs.increment();
      return;
    }
    if (!opening.tryTake(1, now)) {
      counters.tooFast.increment();
      return;
    }
    ParcelContent content = open(parcel);
    if (content == null) return;
    counters.opened.increment();
    try {
      switch (content.kind()) {
        case ParcelContent.SECTION ->
          onSection(parcel, content, Section.decode(content.body()), now);
        case ParcelContent.RECEIPT -> {
          counters.receiptsReceived.increment();
          listener.onReceipt(content.sender(), Receipt.decode(content.body()));
        }
        default -> throw ParcelForm.violation("parcel with content of kind " + content.kind());
      }
    } catch (ProtocolViolationException e) {
      counters.malformed.increment();
      listener.onViolation(content.sender(), e);
    }
  }

  private @Nullable ParcelContent open(Parcel parcel) {
    try {
      byte[] plain = prekeys.open(self, parcel.sealed());
      if (plain == null) {
        counters.unknownKeys.increment();
        return null;
      }
      ParcelContent content = ParcelContent.read(plain, self);
      if (!content.sender().equals(self)) return content;
      throw ParcelForm.violation("parcel from this node to itself");
    } catch (ProtocolViolationException e) {
      counters.forged.increment();
      return null;
    }
  }

  private void onSection(Parcel parcel, ParcelContent content, Section section, long now)
      throws ProtocolViolationException {
    if (stopping) {
      counters.noRoom.increment();
      return;
    }
    RoutedSender sender = senderOf(content.sender(), now);
    RoutedInbox lane = laneOf(sender, section.lane(), section.hello().epoch());
    if (lane == null || !lane.onHello(section.hello())) {
      counters.noRoom.increment();
      return;
    }
    lane.lastHeardNanos = now;
    if (!section.replyKey().isEmpty()) sender.replyKey = section.replyKey();
    receiptDue(sender, now);
    if (section.isGreeting()) {
      guarded(sender, lane, lane::advance);
      return;
    }
    if (!hasRoom(sender, lane, section)) {
      counters.noRoom.increment();
      return;
    }
    sender.onArrived(parcel, now);
    if (!lane.isNext(section)) counters.early.increment();
    guarded(sender, lane, () -> {
      boolean added = lane.add(section, content.signature());
      if (!added) counters.duplicates.increment();
      return added;
    });
  }

  /** What has its turn is taken unless handlers are far behind: others may wait for it. */
  private boolean hasRoom(RoutedSender sender, RoutedInbox lane, Section section) {
    long held = sender.heldBytes() + section.chunks().length();
    if (lane.isNext(section)) return held <= 2 * config.heldBytesPerSender();
    return held <= config.heldBytesPerSender()
        && sender.heldSections() < MAX_HELD_SECTIONS
        && heldBytes() + section.chunks().length() <= config.heldBytes();
  }

  private long heldBytes() {
    long sum = 0;
    for (RoutedSender each : senders.values()) sum += each.heldBytes();
    return sum;
  }

  private RoutedSender senderOf(PeerId peer, long now) {
    RoutedSender found = senders.get(peer);
    if (found == null) {
      if (senders.size() >= MAX_SENDERS) forgetOne();
      found = new RoutedSender(peer, random.nextLong());
      senders.put(peer, found);
      if (sweepNanos == NEVER) sweepNanos = now + SWEEP_NANOS;
    }
    found.lastHeardNanos = now;
    return found;
  }

  private void forgetOne() {
    RoutedSender oldest = senders.firstEntry().getValue();
    for (RoutedSender each : senders.values()) {
      if (each.isIdle()) {
        oldest = each;
        break;
      }
    }
    counters.sendersForgotten.increment();
    forget(oldest);
  }

  private void forget(RoutedSender sender) {
    senders.remove(sender.peer);
    for (RoutedInbox lane : List.copyOf(sender.lanes.values())) forget(sender, lane);
  }

  private void forget(RoutedSender sender, RoutedInbox lane) {
    owners.remove(lane);
    sender.forget(lane);
  }

  private @Nullable RoutedInbox laneOf(RoutedSender sender, Lane lane, long epoch) {
    RoutedSender.Key key = new RoutedSender.Key(lane, epoch);
    RoutedInbox found = sender.lanes.get(key);
    if (found != null) return found;
    if (sender.lanes.size() >= Receipt.MAX_LANES) {
      RoutedInbox idle = sender.idleToForget();
      if (idle == null) return null;
      forget(sender, idle);
    }
    RoutedInbox made = new RoutedInbox(inbox, sender.peer, lane, epoch, this::onWoken, allocator);
    sender.lanes.put(key, made);
    owners.put(made, sender);
    return made;
  }

  private interface Step {
    boolean run() throws ProtocolViolationException;
  }

  private void guarded(RoutedSender sender, RoutedInbox lane, Step step) {
    long before = lane.settledEnd();
    try {
      step.run();
    } catch (ProtocolViolationException e) {
      counters.malformed.increment();
      sender.incarnation = random.nextLong();
      listener.onViolation(sender.peer, e);
    }
    if (lane.pollLost()) sender.incarnation = random.nextLong();
    if (lane.settledEnd() > before) receiptDue(sender, time.nanoTime());
  }

  // ---- receipts ------------------------------------------------------------------------------

  /**
   * Messages of a sender came by another way that cannot answer: a receipt tells it of them as soon as there is a way.
   *
   * @param first lowest number that is not settled for the sender
   */
  public void sendReceipt(PeerId sender, Lane lane, long epoch, long first) {
    long now = time.nanoTime();
    RoutedSender to = senderOf(sender, now);
    RoutedInbox of = laneOf(to, lane, epoch);
    Hello hello = new Hello(WireLimits.VERSION, lane.number(), 0, epoch, first, 1);
    if (of != null && of.onHello(hello)) receiptDue(to, now);
  }

  /** A way to a peer changed: receipts may go out that had none. */
  public void onWayChanged(PeerId peer) {
    RoutedSender sender = senders.get(peer);
    if (sender != null && sender.receiptDueNanos != NEVER) sender.receiptDueNanos = time.nanoTime();
  }

  private void receiptDue(RoutedSender sender, long now) {
    long earliest = now + config.receiptDelay().toNanos();
    if (sender.hadReceipt) {
      earliest =
          Math.max(earliest, sender.lastReceiptNanos + config.receiptPause().toNanos());
    }
    sender.receiptDue(earliest);
  }

  private void sendReceipt(RoutedSender sender, long now) {
    Way way = port.way(sender.peer);
    Bytes key = keyFor(sender, way);
    boolean news = sender.hasNews();
    boolean tooSoon =
        way.isMail() && sender.hadReceipt && now - sender.lastReceiptNanos < MAIL_PAUSE_NANOS;
    if (key == null || way.reach().kind() == Reach.Kind.NONE) {
      sender.receiptDueNanos = now + RETRY_NANOS;
    } else if (tooSoon) {
      sender.receiptDueNanos = sender.lastReceiptNanos + MAIL_PAUSE_NANOS;
    } else if (way.isMail() && !news) {
      sender.receiptDueNanos = NEVER; // who is away asks again when it is back
    } else {
      sender.receiptDueNanos = NEVER;
      sender.lastReceiptNanos = now;
      sender.hadReceipt = true;
      send(sender, key, news, now);
    }
  }

  private static @Nullable Bytes keyFor(RoutedSender sender, Way way) {
    Bytes key = way.sealKey();
    return key == null && !sender.replyKey.isEmpty() ? sender.replyKey : key;
  }

  private void send(RoutedSender sender, Bytes key, boolean news, long now) {
    long room = Math.max(0, config.heldBytesPerSender() - sender.heldBytes());
    Receipt receipt = sender.receipt(inbox, room, now);
    Bytes sealed;
    try {
      sealed = seal.seal(sender.peer, key, ParcelContent.RECEIPT, receipt.encode());
    } catch (ProtocolViolationException unusable) {
      listener.onViolation(sender.peer, unusable);
      return;
    }
    byte[] id = new byte[Parcel.ID_BYTES];
    random.nextBytes(id);
    long life = news ? Prekeys.MAX_PARCEL_LIFE.toMillis() : ARRIVALS_LIFE_MILLIS;
    counters.receiptsSent.increment();
    port.send(
        new Parcel(Bytes.wrap(id), sender.peer, RECEIPT_TTL, life, news, List.of(), sealed), null);
  }

  // ---- time ----------------------------------------------------------------------------------

  /** Any thread. */
  private void onWoken(RoutedInbox lane) {
    woken.add(lane); // each waits here once: its stream asks again after it was looked at
    listener.wake();
  }

  /** Handlers or the store got further. */
  public void onWake() {
    RoutedInbox lane;
    while ((lane = woken.poll()) != null) {
      RoutedSender sender = owners.get(lane);
      if (sender != null) guarded(sender, lane, lane::onProgress);
    }
  }

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    long next = sweepNanos;
    for (RoutedSender sender : senders.values()) next = Math.min(next, sender.receiptDueNanos);
    for (RoutedInbox lane : owners.keySet()) next = Math.min(next, lane.nextDeadlineNanos());
    return next;
  }

  /** Does what is due. */
  public void onTimer() {
    long now = time.nanoTime();
    for (Map.Entry<RoutedInbox, RoutedSender> each : List.copyOf(owners.entrySet())) {
      RoutedInbox lane = each.getKey();
      if (lane.nextDeadlineNanos() <= now) guarded(each.getValue(), lane, lane::onTimer);
    }
    if (now >= sweepNanos) sweep(now);
    for (RoutedSender sender : List.copyOf(senders.values())) {
      if (sender.receiptDueNanos <= now) sendReceipt(sender, now);
    }
  }

  /** Looks at what another way may have settled, and lets go of what nobody uses. */
  private void sweep(long now) {
    for (Map.Entry<RoutedInbox, RoutedSender> each : List.copyOf(owners.entrySet())) {
      RoutedInbox lane = each.getKey();
      if (!lane.isIdle()) guarded(each.getValue(), lane, lane::advance);
      else if (now - lane.lastHeardNanos > IDLE_NANOS) forget(each.getValue(), lane);
    }
    for (Iterator<RoutedSender> each = senders.values().iterator(); each.hasNext(); ) {
      RoutedSender sender = each.next();
      boolean over = sender.lanes.isEmpty() || sender.receiptDueNanos == NEVER;
      if (over && sender.isIdle() && now - sender.lastHeardNanos > IDLE_NANOS) {
        for (RoutedInbox lane : List.copyOf(sender.lanes.values())) forget(sender, lane);
        each.remove();
      }
    }
    sweepNanos = senders.isEmpty() ? NEVER : now + SWEEP_NANOS;
  }

  /** Tells what was settled and not told yet: nobody else knows it if the senders are away when this node returns. */
  private void sendLastReceipts(long now) {
    for (Map.Entry<RoutedInbox, RoutedSender> each : List.copyOf(owners.entrySet())) {
      RoutedInbox lane = each.getKey();
      lane.close(); // takes in nothing more, so that this only looks at what is settled
      guarded(each.getValue(), lane, lane::advance);
    }
    for (RoutedSender sender : List.copyOf(senders.values())) {
      if (!sender.hasNews()) continue;
      Way way = port.way(sender.peer);
      Bytes key = keyFor(sender, way);
      if (key != null && way.reach().kind() != Reach.Kind.NONE) send(sender, key, true, now);
    }
  }

  /** Takes no more messages in. What handlers were given before goes on; receipts come and go. */
  public void stopTaking() {
    stopping = true;
  }

  /** Whether nothing that was taken in waits for handlers or the store. */
  public boolean isSettled() {
    return owners.keySet().stream().allMatch(RoutedInbox::isSettled);
  }

  /** Sends the receipts that have news, also those that waited for more, and lets go of everything. */
  public void close() {
    sendLastReceipts(time.nanoTime());
    for (RoutedSender sender : List.copyOf(senders.values())) forget(sender);
    sweepNanos = NEVER;
  }
}
