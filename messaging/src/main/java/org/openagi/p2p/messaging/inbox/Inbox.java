package org.openagi.p2p.messaging.inbox;

import io.netty.buffer.ByteBufAllocator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.Verifier;
import org.openagi.p2p.messaging.codec.Ack;

/** Everything that comes in to a node. Safe for any thread. */
public final class Inbox {
  /** Senders remembered. */
  public static final int MAX_SENDERS = 4096;

  private final InboxServices services;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<PeerId, SenderInbox> senders = new LinkedHashMap<>(16, 0.75f, true);

  /** An inbox that remembers nobody yet. */
  public Inbox(InboxServices services) {
    this.services = services;
  }

  /**
   * Takes a stream that a peer opened.
   *
   * @param verifier checks that peer's signatures, its callbacks come on the stream's executor
   * @param wakeUp posts {@link ReceiveStream#onProgress} to the stream's executor, from any thread
   */
  public ReceiveStream accept(
      PeerId sender,
      PeerLink link,
      Verifier verifier,
      Runnable wakeUp,
      ByteBufAllocator allocator) {
    return new ReceiveStream(services, senderOf(sender), link, verifier, wakeUp, allocator, true);
  }

  /**
   * Takes what would come over a stream of the sender, and comes another way: the answers that are written to the link reach
   * nobody, {@link #receipt} says them.
   */
  public ReceiveStream acceptRouted(
      PeerId sender,
      PeerLink link,
      Verifier verifier,
      Runnable wakeUp,
      ByteBufAllocator allocator) {
    return new ReceiveStream(services, senderOf(sender), link, verifier, wakeUp, allocator, false);
  }

  /**
   * What is settled of a sender's lane and epoch, whatever way it came.
   *
   * @param from lowest number that is not settled for the sender
   * @param maxExceptions numbers beyond so many refused ones are left for a later receipt
   * @return null if the sender uses too many epochs
   */
  public @Nullable Ack receipt(PeerId sender, Lane lane, long epoch, long from, int maxExceptions) {
    InboxLane found = senderOf(sender).lane(lane, epoch);
    return found == null ? null : found.receipt(from, maxExceptions);
  }

  /**
   * A sender said, elsewhere than over a stream, what it knows to be settled.
   *
   * @param first lowest number that is not settled for the sender
   * @return numbers below are acknowledged; 0 if the sender uses too many epochs
   */
  public long onGreeting(PeerId sender, Lane lane, long epoch, long first) {
    InboxLane found = senderOf(sender).lane(lane, epoch);
    if (found == null) return 0;
    found.reported(first);
    return found.acknowledgedEnd();
  }

  private SenderInbox senderOf(PeerId sender) {
    lock.lock();
    try {
      SenderInbox found = senders.get(sender);
      if (found != null) return found;
      if (senders.size() >= MAX_SENDERS) forgetOne();
      SenderInbox made = new SenderInbox(services, sender);
      senders.put(sender, made);
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** The least recently used without streams; connections bound the others. */
  private void forgetOne() {
    for (Iterator<SenderInbox> oldest = senders.values().iterator(); oldest.hasNext(); ) {
      if (!oldest.next().hasStreams()) {
        oldest.remove();
        return;
      }
    }
  }

  /** What happened so far. */
  public ReceiveStats stats() {
    return services.counters().snapshot();
  }
}
