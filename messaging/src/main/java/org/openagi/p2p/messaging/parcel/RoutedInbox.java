package org.openagi.p2p.messaging.parcel;

import io.netty.buffer.ByteBufAllocator;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.carry.SectionFeed;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.parcel.Section.Place;

/**
 * Sections of one sender's lane and epoch, put in order and given to the inbox. Those that come early wait; those that were
 * settled before, whatever way they came, are dropped. Confined to the receiver's owner.
 *
 * <p>Sections that follow each other go into one feed, as they would over one stream. One that does not, because it was cut
 * differently, starts another feed as soon as everything before it is settled.
 */
final class RoutedInbox {
  private record Held(Section section, Bytes signature) {}

  private final Inbox inbox;
  private final PeerId sender;
  private final Consumer<RoutedInbox> wakeUp;
  private final ByteBufAllocator allocator;
  final Lane lane;
  final long epoch;

  private final TreeMap<Place, Held> waiting = new TreeMap<>();
  private long waitingBytes;
  private @Nullable SectionFeed feed;
  private Place expected = new Place(0, 0);
  private @Nullable SectionFeed closing;
  private long first = 1;
  private long settledEnd;
  private boolean lost;
  long lastHeardNanos;

  /**
   * A lane that nothing came of.
   *
   * @param wakeUp makes the owner call {@link #onProgress}, from any thread
   */
  RoutedInbox(
      Inbox inbox,
      PeerId sender,
      Lane lane,
      long epoch,
      Consumer<RoutedInbox> wakeUp,
      ByteBufAllocator allocator) {
    this.inbox = inbox;
    this.sender = sender;
    this.lane = lane;
    this.epoch = epoch;
    this.wakeUp = wakeUp;
    this.allocator = allocator;
  }

  /** The lowest number that is not settled for the sender, as far as it said. */
  long first() {
    return first;
  }

  /** One more than the highest number that is settled here; 0 if the sender uses too many epochs. */
  long settledEnd() {
    return settledEnd;
  }

  /** Bytes that no handler took yet. */
  long heldBytes() {
    return waitingBytes + bytesOf(feed) + bytesOf(closing);
  }

  private static long bytesOf(@Nullable SectionFeed of) {
    return of == null ? 0 : of.waitingBytes();
  }

  int heldSections() {
    return waiting.size();
  }

  /** Whether nothing waits. */
  boolean isIdle() {
    return waiting.isEmpty() && bytesOf(feed) == 0 && closing == null;
  }

  /** Whether nothing that was given to the inbox waits for handlers or the store. */
  boolean isSettled() {
    return (feed == null || feed.isSettled()) && (closing == null || closing.isSettled());
  }

  /** The sender said what it knows to be settled. Returns false if it uses too many epochs. */
  boolean onHello(Hello hello) {
    first = Math.max(first, hello.first());
    settledEnd = inbox.onGreeting(sender, lane, epoch, first);
    return settledEnd > 0;
  }

  /** Whether a section would be taken by the inbox right away, or is known already. */
  boolean isNext(Section section) {
    if (isKnown(section)) return true;
    SectionFeed into = feed;
    if (into != null && into.isLive() && section.start().equals(expected)) return true;
    return startsFresh(section);
  }

  private boolean isKnown(Section section) {
    if (section.end().compareTo(new Place(settledEnd, 0)) <= 0) return true;
    SectionFeed into = feed;
    return into != null && into.isLive() && section.end().compareTo(expected) <= 0;
  }

  private boolean startsFresh(Section section) {
    return section.start().offset() == 0 && section.start().number() <= Math.max(settledEnd, first);
  }

  /** Takes a section in, now or when its turn comes. Returns false if it was known already. */
  boolean add(Section section, Bytes signature) throws ProtocolViolationException {
    if (isKnown(section)) return false;
    Held held = waiting.get(section.start());
    if (held == null || held.section.end().isBefore(section.end())) {
      if (held != null) drop(held);
      waiting.put(section.start(), new Held(section, signature));
      waitingBytes += section.chunks().length();
    }
    advance();
    return true;
  }

  private void drop(Held held) {
    waiting.remove(held.section.start());
    waitingBytes -= held.section.chunks().length();
  }

  /** Gives in what has its turn. Returns whether more is settled than before. */
  boolean advance() throws ProtocolViolationException {
    long before = settledEnd;
    settledEnd = Math.max(before, inbox.onGreeting(sender, lane, epoch, first));
    endFeeds();
    Held next;
    while ((next = next()) != null) {
      drop(next);
      if (!isKnown(next.section)) give(next);
    }
    return settledEnd > before;
  }

  private @Nullable Held next() {
    Held following = feed == null ? null : waiting.get(expected);
    if (following != null) return following;
    var lowest = waiting.firstEntry();
    if (lowest == null) return null;
    Section section = lowest.getValue().section;
    return isKnown(section) || startsFresh(section) ? lowest.getValue() : null;
  }

  /** Lets go of feeds that are over, or that another way has overtaken. */
  private void endFeeds() {
    SectionFeed old = closing;
    if (old != null && !old.isLive()) closing = null;
    SectionFeed current = feed;
    if (current == null) return;
    boolean overtaken = expected.isBefore(new Place(settledEnd, 0));
    if (overtaken) current.close();
    else if (!current.isLive()) lost = true;
    if (!current.isLive()) feed = null;
  }

  /** Whether something that had been taken in was lost since the last call, so that it has to come again. */
  boolean pollLost() {
    boolean was = lost;
    lost = false;
    return was;
  }

  private void give(Held held) throws ProtocolViolationException {
    Section section = held.section;
    SectionFeed into = feed;
    if (into == null || !section.start().equals(expected)) into = openFeed(section);
    into.add(section.chunks());
    into.add(
        Bytes.wrap(new Seal(section.start().number(), section.count(), held.signature).toFrame()));
    expected = section.end();
    into.feed();
  }

  private SectionFeed openFeed(Section section) throws ProtocolViolationException {
    SectionFeed before = feed;
    if (closing != null) closing.close();
    closing = before;
    if (before != null) {
      before.end();
      before.feed();
    }
    SectionFeed made = new SectionFeed(inbox, sender, () -> wakeUp.accept(this), allocator, true);
    Hello hello = section.hello();
    long lowest = Math.min(first, section.start().number());
    made.add(Bytes.wrap(new Hello(
            hello.version(),
            hello.lane(),
            hello.features(),
            hello.epoch(),
            lowest,
            hello.lifetimeMillis())
        .toFrame()));
    feed = made;
    return made;
  }

  /** Handlers or the store got further. */
  boolean onProgress() throws ProtocolViolationException {
    if (feed != null && feed.isLive()) feed.onProgress();
    if (closing != null && closing.isLive()) closing.onProgress();
    return advance();
  }

  long nextDeadlineNanos() {
    long next = SectionFeed.NEVER;
    if (feed != null && feed.isLive()) next = feed.nextDeadlineNanos();
    if (closing != null && closing.isLive()) next = Math.min(next, closing.nextDeadlineNanos());
    return next;
  }

  boolean onTimer() throws ProtocolViolationException {
    if (feed != null && feed.isLive()) feed.onTimer();
    if (closing != null && closing.isLive()) closing.onTimer();
    return advance();
  }

  /** Drops what waits and was not handled. */
  void close() {
    if (feed != null) feed.close();
    if (closing != null) closing.close();
    feed = null;
    closing = null;
    waiting.clear();
    waitingBytes = 0;
  }
}
