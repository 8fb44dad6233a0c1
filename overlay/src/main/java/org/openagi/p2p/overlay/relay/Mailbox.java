package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.overlay.OverlayMachine;
import org.openagi.p2p.overlay.relay.MailStore.Mail;
import org.openagi.p2p.overlay.relay.RelayConfig.MailboxConfig;
import org.openagi.p2p.overlay.relay.RelayFrame.Carry;

/**
 * Parcels that are kept for recipients that are away: within quotas, handed over in order when there is a way, and forgotten
 * when the recipient has them or their time ends.
 */
final class Mailbox {
  /** What a parcel takes beside its content. */
  static final long OVERHEAD_BYTES = 512;

  /** How often retries and lifetimes are looked at. */
  private static final long ROUND_NANOS = 5_000_000_000L;

  /** Pause between two looks at who can be reached now. */
  private static final long LOOK_NANOS = 200_000_000L;

  /** Hops of the first leg that are kept; the others must fit behind. */
  private static final int MAX_KEPT_HOPS = Parcel.MAX_TRAIL / 2;

  private static final int ATTEMPTS = 63;

  /** Sends from the mailbox. */
  interface Sender {
    boolean hasWay(PeerId to, long nowNanos);

    /** Returns false if there is no room for it at the moment. */
    boolean send(Carry carry, long nowNanos);
  }

  private static final class Letter {
    final Mail mail;
    boolean stored;
    boolean sending;
    long sentNanos;
    int attempt;

    Letter(Mail mail, int attempt) {
      this.mail = mail;
      this.attempt = attempt;
    }
  }

  private static final class Box {
    final TreeMap<Long, Letter> letters = new TreeMap<>();
    long bytes;
    int sending;
  }

  private final MailboxConfig config;
  private final MailStore store;
  private final PeerId self;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Sender sender;
  private final Map<PeerId, Box> boxes = new LinkedHashMap<>();
  private final Map<ParcelKey, Letter> letters = new HashMap<>();
  private final Map<PeerId, Long> bytesBy = new HashMap<>();
  private long bytes;
  private long lastNumber;
  private long roundNanos = OverlayMachine.NEVER;
  private long lookedNanos;
  private boolean lookAgain;
  private long kept;
  private long delivered;
  private long expired;

  Mailbox(
      MailboxConfig config,
      MailStore store,
      PeerId self,
      TimeSource time,
      RandomGenerator random,
      Sender sender) {
    this.config = config;
    this.store = store;
    this.self = self;
    this.time = time;
    this.random = random;
    this.sender = sender;
    this.lookedNanos = time.nanoTime() - LOOK_NANOS;
    for (Mail each : store.entries()) add(each).stored = true;
    if (!letters.isEmpty()) roundNanos = time.nanoTime() + ROUND_NANOS;
  }

  int parcels() {
    return letters.size();
  }

  long bytes() {
    return bytes;
  }

  long kept() {
    return kept;
  }

  long delivered() {
    return delivered;
  }

  long expired() {
    return expired;
  }

  boolean holds(ParcelKey key) {
    return letters.containsKey(key);
  }

  /** Whether it is being stored: then its answer is still to come. */
  boolean isStoring(ParcelKey key) {
    Letter letter = letters.get(key);
    return letter != null && !letter.stored;
  }

  /** Whether a parcel may be kept here: not one that is on its way from a mailbox. */
  static boolean mayKeep(Carry carry) {
    return carry.parcel().keep() && !carry.report() && carry.copy() <= RelayFrame.MAX_KEEPERS;
  }

  /**
   * Keeps a parcel.
   *
   * @param by the neighbour it came by, or this node
   * @param done told null when it is kept, else why not; possibly later
   */
  void deposit(Carry carry, PeerId by, Consumer<@Nullable ParcelRefusal> done) {
    Parcel parcel = carry.parcel();
    ParcelRefusal why = refusal(parcel, by);
    if (why != null) {
      done.accept(why);
      return;
    }
    long now = time.epochMillis();
    long lifetime = Math.min(parcel.lifetimeMillis(), config.maxLifetime().toMillis());
    Mail mail = new Mail(
        lastNumber + 1,
        carry.key(),
        parcel.to(),
        by,
        parcel.sealed().length(),
        now,
        now + lifetime);
    Letter letter = add(mail);
    store.put(mail, parcel, stored -> onStored(letter, stored, done));
  }

  private @Nullable ParcelRefusal refusal(Parcel parcel, PeerId by) {
    if (parcel.lifetimeMillis() <= 0) return ParcelRefusal.EXPIRED;
    long size = parcel.sealed().length() + OVERHEAD_BYTES;
    Box box = boxes.get(parcel.to());
    boolean full = letters.size() >= config.maxParcels()
        || bytes + size > config.maxBytes()
        || (box != null && box.bytes + size > config.maxBytesPerRecipient())
        || bytesBy.getOrDefault(by, 0L) + size > config.maxBytesPerDepositor();
    return full ? ParcelRefusal.FULL : null;
  }

  private Letter add(Mail mail) {
    lastNumber = Math.max(lastNumber, mail.number());
    Letter letter = new Letter(mail, random.nextInt(ATTEMPTS));
    Box box = boxes.computeIfAbsent(mail.to(), to -> new Box());
    box.letters.put(mail.number(), letter);
    letters.put(mail.key(), letter);
    charge(box, mail, mail.bytes() + OVERHEAD_BYTES);
    return letter;
  }

  private void charge(Box box, Mail mail, long more) {
    bytes += more;
    box.bytes += more;
    bytesBy.merge(mail.depositor(), more, (a, b) -> a + b == 0 ? null : a + b);
  }

  private void onStored(Letter letter, boolean stored, Consumer<@Nullable ParcelRefusal> done) {
    long nowNanos = time.nanoTime();
    if (!stored) {
      drop(letter, false);
      done.accept(ParcelRefusal.FULL);
      return;
    }
    letter.stored = true;
    kept++;
    if (roundNanos == OverlayMachine.NEVER) roundNanos = nowNanos + ROUND_NANOS;
    done.accept(null);
    handOver(letter.mail.to(), nowNanos);
  }

  private void drop(Letter letter, boolean fromStore) {
    Mail mail = letter.mail;
    if (!letters.remove(mail.key(), letter)) return;
    Box box = boxes.get(mail.to());
    if (box != null) {
      box.letters.remove(mail.number());
      if (letter.sending) box.sending--;
      charge(box, mail, -(mail.bytes() + OVERHEAD_BYTES));
      if (box.letters.isEmpty()) boxes.remove(mail.to());
    }
    if (fromStore) store.remove(mail);
  }

  /** Ways are other ones: somebody may have come back. */
  void onRoutesChanged() {
    lookAgain = !boxes.isEmpty();
  }

  long nextDeadlineNanos() {
    return lookAgain ? Math.min(roundNanos, lookedNanos + LOOK_NANOS) : roundNanos;
  }

  void onTimer(long nowNanos) {
    boolean round = nowNanos >= roundNanos;
    if (!round && !(lookAgain && nowNanos - lookedNanos >= LOOK_NANOS)) return;
    lookedNanos = nowNanos;
    lookAgain = false;
    if (round) {
      expire();
      roundNanos = letters.isEmpty() ? OverlayMachine.NEVER : nowNanos + ROUND_NANOS;
    }
    for (PeerId to : List.copyOf(boxes.keySet())) handOver(to, nowNanos);
  }

  private void expire() {
    long now = time.epochMillis();
    for (Letter each : new ArrayList<>(letters.values())) {
      if (!each.stored || each.mail.expiresEpochMillis() > now) continue;
      expired++;
      drop(each, true);
    }
  }

  private void handOver(PeerId to, long nowNanos) {
    Box box = boxes.get(to);
    if (box == null || !sender.hasWay(to, nowNanos)) return;
    for (Letter each : due(box, nowNanos)) {
      if (!each.sending) box.sending++;
      each.sending = true;
      each.sentNanos = nowNanos;
      each.attempt = each.attempt % ATTEMPTS + 1;
      store.load(each.mail, parcel -> onLoaded(each, parcel));
    }
  }

  /** The first that are not on their way, within the window, and those whose arrival nobody reported. */
  private List<Letter> due(Box box, long nowNanos) {
    List<Letter> due = new ArrayList<>();
    int free = config.window() - box.sending;
    for (Letter each : box.letters.values()) {
      if (!each.stored) continue;
      if (each.sending) {
        if (nowNanos - each.sentNanos >= config.retry().toNanos()) due.add(each);
      } else if (free-- > 0) {
        due.add(each);
      } else {
        break;
      }
    }
    return due;
  }

  private void onLoaded(Letter letter, Optional<Parcel> loaded) {
    if (letters.get(letter.mail.key()) != letter) return; // arrived or expired meanwhile
    long left = letter.mail.expiresEpochMillis() - time.epochMillis();
    if (loaded.isEmpty() || left <= 0) {
      expired++;
      drop(letter, true);
      return;
    }
    if (!sender.send(carry(letter, loaded.get(), left), time.nanoTime())) stop(letter);
  }

  private void stop(Letter letter) {
    Box box = boxes.get(letter.mail.to());
    if (box == null || !letter.sending) return;
    letter.sending = false;
    box.sending--;
  }

  /** The parcel on the leg that begins here. */
  private Carry carry(Letter letter, Parcel parcel, long lifetimeMillis) {
    Mail mail = letter.mail;
    List<Parcel.Hop> trail = new ArrayList<>(
        parcel.trail().subList(0, Math.min(MAX_KEPT_HOPS, parcel.trail().size())));
    int leg = trail.size();
    long micros = 1000 * Math.max(0, time.epochMillis() - mail.keptEpochMillis());
    trail.add(new Parcel.Hop(self, Math.min(Parcel.MAX_HELD_MICROS, micros)));
    Parcel onward = new Parcel(
        parcel.id(), parcel.to(), parcel.ttl(), lifetimeMillis, true, trail, parcel.sealed());
    int copy = (mail.key().copy() & RelayFrame.MAX_KEEPERS) + 4 * letter.attempt;
    return new Carry(copy, Optional.empty(), true, leg, onward);
  }

  /** The letter that goes on its way under a key, if it is here. */
  private @Nullable Letter find(ParcelKey onward) {
    return letters.get(new ParcelKey(onward.id(), onward.copy() & RelayFrame.MAX_KEEPERS));
  }

  /** The recipient has it. Returns whether it was here. */
  boolean onArrived(ParcelKey onward, long nowNanos) {
    Letter letter = find(onward);
    if (letter == null) return false;
    delivered++;
    drop(letter, true);
    handOver(letter.mail.to(), nowNanos);
    return true;
  }

  /** It did not get on; the next round tries again. */
  void onFailed(ParcelKey onward) {
    Letter letter = find(onward);
    if (letter != null) stop(letter);
  }
}
