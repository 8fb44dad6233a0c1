package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.parcel.ParcelConfig;
import org.openagi.p2p.messaging.parcel.ParcelPort;
import org.openagi.p2p.messaging.parcel.ParcelReceiveCounters;
import org.openagi.p2p.messaging.parcel.ParcelReceiver;
import org.openagi.p2p.messaging.parcel.ParcelReceiverListener;
import org.openagi.p2p.messaging.parcel.ParcelSeal;
import org.openagi.p2p.messaging.parcel.ParcelSendCounters;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.messaging.parcel.Receipt;
import org.openagi.p2p.messaging.parcel.Underway;
import org.openagi.p2p.messaging.parcel.Way;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.Reach;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the senders of parcels, which live with their peers' outboxes, and the receiver, which lives on the service's thread, to
 * the courier on the overlay's. Ways are asked for there and remembered here. Safe for any thread, where nothing else is said.
 */
final class ParcelPost implements ParcelPort {
  private static final Logger LOG = LoggerFactory.getLogger(ParcelPost.class);

  /** Peers whose ways are remembered; beyond it those not asked for lately are forgotten. */
  static final int MAX_WAYS = 8192;

  /** What may wait for the receiver. */
  static final long MAX_WAITING_BYTES = 32L << 20;

  /** A way that is asked for is asked for again after so long: a key may have become known. */
  private static final long FRESH_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long FORGET_NANOS = Duration.ofMinutes(5).toNanos();

  /** How long the end of this node waits until neighbours have what may be kept. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(1);

  /** How long the end of this node waits for handlers and the store, so that senders learn of what is settled then. */
  private static final Duration SETTLE_WAIT = Duration.ofSeconds(1);

  private static final Duration SETTLE_CHECK = Duration.ofMillis(2);

  private static final Duration KEY_CHECK = Duration.ofMinutes(10);

  private record Known(Way way, long askedNanos) {}

  private final MessageService service;
  private final CourierLine line;
  private final EventExecutor control;
  private final Prekeys prekeys;
  private final PrekeyStore store;
  private final ParcelSeal seal;
  private final ParcelConfig config = ParcelConfig.defaults();
  private final SecureRandom random = new SecureRandom();
  private final Map<PeerId, Known> ways = new ConcurrentHashMap<>();
  private final ParcelSendCounters sent = new ParcelSendCounters();
  private final ParcelReceiveCounters received = new ParcelReceiveCounters();
  private final LongAdder dropped = new LongAdder();
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile Bytes ownSealKey = Bytes.EMPTY;
  private volatile boolean closed;

  // Of the courier's thread.
  private final Underway underway = new Underway();
  private final LinkedHashSet<Bytes> unanswered = new LinkedHashSet<>();
  private @Nullable CountDownLatch ending;

  // Of the service's thread.
  private final ParcelReceiver receiver;
  private final DeadlineTimer timer;

  ParcelPost(
      MessageService service, HostKey key, CourierLine line, Prekeys prekeys, PrekeyStore store) {
    this.service = service;
    this.line = line;
    this.control = service.control();
    this.prekeys = prekeys;
    this.store = store;
    this.seal = new ParcelSeal(key);
    this.timer = new DeadlineTimer(service.time(), this::onTimer);
    this.receiver = new ParcelReceiver(
        config,
        service.inbox(),
        prekeys,
        seal,
        this,
        new FromReceiver(),
        received,
        random,
        service.time(),
        ByteBufAllocator.DEFAULT);
  }

  void start() {
    line.execute(courier -> courier.setListener(new FromCourier()));
    onControl(this::checkKeys);
  }

  /** A sender for a peer. */
  ParcelSender newSender(PeerId peer, ParcelSenderListener listener) {
    SendResources shared = service.resourcesOf(control);
    ZstdCompressor zstd = shared.zstd();
    return new ParcelSender(
        config, peer, seal, this, listener, sent, shared.encoder(), zstd, random, service.time());
  }

  /** Messages came in a file: tells their sender what became of them as soon as there is a way. */
  void sendReceipt(PeerId sender, Lane lane, long epoch, long first) {
    onControl(() -> receiver.sendReceipt(sender, lane, epoch, first));
  }

  ParcelStats stats() {
    return new ParcelStats(sent.snapshot(), received.snapshot(), dropped.sum());
  }

  /**
   * Takes nothing more in, waits for a moment until what handlers were given is settled, sends the last receipts, and waits for
   * a moment until neighbours have what may be kept. Blocks.
   */
  void close() {
    CountDownLatch settled = new CountDownLatch(1);
    onControl(() -> {
      receiver.stopTaking();
      whenSettled(settled);
    });
    if (!await(settled, SETTLE_WAIT)) LOG.atDebug().log("stopped before handlers were done");
    closed = true;
    CountDownLatch sentLast = new CountDownLatch(1);
    onControl(() -> {
      timer.cancel();
      receiver.close();
      line.execute(courier -> {
        ending = sentLast;
        endIfAllAnswered();
      });
    });
    if (!await(sentLast, LAST_WAIT)) LOG.atDebug().log("stopped before all parcels were taken");
  }

  private static boolean await(CountDownLatch what, Duration atMost) {
    try {
      return what.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** On the service's thread. */
  private void whenSettled(CountDownLatch settled) {
    if (closed || receiver.isSettled()) settled.countDown();
    else {
      control.schedule(() -> whenSettled(settled), SETTLE_CHECK.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** On the courier's thread. */
  private void endIfAllAnswered() {
    CountDownLatch waits = ending;
    if (waits != null && unanswered.isEmpty()) waits.countDown();
  }

  // ---- ways ----------------------------------------------------------------------------------

  @Override
  public Way way(PeerId peer) {
    Known known = ways.get(peer);
    long now = service.time().nanoTime();
    if (known == null || now - known.askedNanos > FRESH_NANOS) ask(peer, known, now);
    return known == null ? Way.NONE : known.way;
  }

  /** Which way parcels for a peer take, as far as is known. */
  Optional<MessageWay> wayTo(PeerId peer) {
    Way way = way(peer);
    if (!way.isOpen()) return Optional.empty();
    return Optional.of(way.isMail() ? MessageWay.MAILBOX : MessageWay.OTHERS);
  }

  private void ask(PeerId peer, @Nullable Known before, long now) {
    if (closed) return;
    if (ways.size() >= MAX_WAYS) {
      ways.values().removeIf(each -> now - each.askedNanos > FORGET_NANOS);
      if (ways.size() >= MAX_WAYS && before == null) return;
    }
    ways.put(peer, new Known(before == null ? Way.NONE : before.way, now));
    line.execute(courier -> onWay(peer, courier.reach(peer), courier));
  }

  /** On the courier's thread. */
  private void onWay(PeerId peer, Reach reach, Courier courier) {
    Way way = new Way(reach, courier.sealKey(peer).orElse(null));
    Known before = ways.put(peer, new Known(way, service.time().nanoTime()));
    if (before != null && before.way.equals(way)) return;
    service.onWayChanged(peer);
    onControl(() -> receiver.onWayChanged(peer));
  }

  @Override
  public Bytes ownSealKey() {
    return ownSealKey;
  }

  @Override
  public void send(Parcel parcel, @Nullable PeerId avoid) {
    line.execute(courier -> {
      underway.add(parcel);
      if (parcel.keep()) {
        if (unanswered.size() >= Underway.MAX) unanswered.removeFirst();
        unanswered.add(parcel.id());
      }
      courier.send(parcel, avoid);
    });
  }

  /** On the courier's thread. */
  private final class FromCourier implements Courier.Listener {
    @Override
    public void onParcel(PeerId by, Parcel parcel) {
      int bytes = parcel.sealed().length();
      if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
        waitingBytes.addAndGet(-bytes);
        dropped.increment();
        return;
      }
      onControl(() -> {
        waitingBytes.addAndGet(-bytes);
        receiver.onParcel(parcel);
      });
    }

    @Override
    public void onTaken(Bytes parcelId, PeerId by) {
      tell(parcelId, sender -> sender.onTaken(parcelId, by));
    }

    @Override
    public void onRefused(Bytes parcelId, PeerId by, ParcelRefusal why) {
      tell(parcelId, sender -> sender.onRefused(parcelId, by, why));
    }

    private void tell(Bytes parcelId, Consumer<ParcelSender> what) {
      if (unanswered.remove(parcelId)) endIfAllAnswered();
      underway.recipient(parcelId).ifPresent(to -> service.toParcels(to, what));
    }

    @Override
    public void onReachChanged(PeerId peer, Reach reach) {
      line.execute(courier -> onWay(peer, reach, courier));
    }
  }

  // ---- the service's thread ------------------------------------------------------------------

  private void onControl(Runnable task) {
    try {
      control.execute(() -> {
        task.run();
        arm();
      });
    } catch (RejectedExecutionException ended) {
      LOG.atTrace().log("parcels after the service's end");
    }
  }

  private void arm() {
    if (!closed) timer.set(control, receiver.nextDeadlineNanos());
  }

  private void onTimer() {
    receiver.onTimer();
    arm();
  }

  /** Makes, stores and announces another key when it is time; destroys those nobody needs. */
  private void checkKeys() {
    if (closed) return;
    if (prekeys.rotate(service.time().epochMillis())) keep();
    else announce();
    control.schedule(this::checkKeys, KEY_CHECK.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void keep() {
    try {
      store.store(prekeys);
    } catch (IOException e) {
      // What was sealed with a key that a crash takes along is sent again: better than no parcels.
      LOG.atError()
          .addKeyValue("cause", e.toString())
          .log("keys of parcels cannot be stored, mail may have to be sent again");
    }
    announce();
  }

  private void announce() {
    Bytes announcement = prekeys.announcement();
    ownSealKey = announcement;
    line.execute(courier -> courier.announceSealKey(announcement));
  }

  private final class FromReceiver implements ParcelReceiverListener {
    @Override
    public void wake() {
      onControl(receiver()::onWake);
    }

    @Override
    public void onReceipt(PeerId from, Receipt receipt) {
      service.toParcels(from, sender -> {
        try {
          sender.onReceipt(receipt);
        } catch (ProtocolViolationException e) {
          service.faults().onParcelViolation(from, e);
        }
      });
    }

    @Override
    public void onViolation(PeerId sender, ProtocolViolationException cause) {
      service.faults().onParcelViolation(sender, cause);
    }
  }

  private ParcelReceiver receiver() {
    return receiver;
  }
}
