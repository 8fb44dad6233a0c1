package org.openagi.p2p.network.link;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RememberedDelivery;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.carry.BundleFileWriter;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * What waits to be delivered and what could not be, to be looked at and worked on: of a node that runs, or of one that does
 * not, through its store. Safe for any thread; its methods may block.
 */
public final class MessageQueue {
  /**
   * Messages to be carried by file.
   *
   * @param file see docs/wire/bundle-file.md
   * @param messages in it
   * @param left that wait as well and found no room; export again when these have arrived
   */
  public record Export(Bytes file, int messages, int left) {}

  private static final Outcome.Refused WITHDRAWN =
      new Outcome.Refused(RefusalReason.WITHDRAWN, "taken back by its sender's user");

  private final MessageStore store;
  private final HostKey key;
  private final Duration lifetime;
  private final MessageConfig config;
  private final TimeSource time;
  private final QueueOwner owner;

  MessageQueue(
      MessageStore store, HostKey key, MessageConfig config, TimeSource time, QueueOwner owner) {
    this.store = store;
    this.key = key;
    this.lifetime = config.send().lifetime();
    this.config = config;
    this.time = time;
    this.owner = owner;
  }

  /**
   * The queue of a node that does not run.
   *
   * @param store closed by its owner, after this
   * @param key of the node
   */
  public static MessageQueue ofStopped(
      MessageStore store, HostKey key, MessageConfig config, TimeSource time) {
    return new MessageQueue(
        store, key, config, time, new StoppedQueue(store, key.peerId(), config, time));
  }

  /**
   * The messages that are not settled, those of a recipient and lane in order.
   *
   * @param recipient null for all
   */
  public List<StoredMessage> waiting(@Nullable PeerId recipient) {
    List<StoredMessage> found = new ArrayList<>();
    store.forEachWaiting(message -> {
      if (recipient == null || recipient.equals(message.recipient())) found.add(message);
    });
    return found;
  }

  /**
   * The messages that expired or were refused last and are kept, the oldest end first.
   *
   * @param recipient null for all
   */
  public List<StoredMessage> deadLetters(@Nullable PeerId recipient) {
    return store.deadLetters().stream()
        .filter(letter -> recipient == null || recipient.equals(letter.recipient()))
        .toList();
  }

  /**
   * Which way the messages that wait for a peer take now; another one when a connection comes or goes. Empty if there is none,
   * none is known yet, or the node does not run.
   */
  public Optional<MessageWay> way(PeerId recipient) {
    return owner.way(recipient);
  }

  /**
   * Reads the files of the queue from end to end, beside the node that works with them, and changes nothing.
   *
   * @return empty if there are none, since messages are kept in memory
   */
  public Optional<StoreReport> verify() throws IOException {
    return store.verify();
  }

  /** What the store knows of a message this node sent. */
  public Optional<StoredMessage> find(String messageId) {
    return store.find(messageId);
  }

  /** The delivery of a message this node sent, also in an earlier process. */
  public Optional<Delivery> delivery(String messageId) {
    return find(messageId).map(MessageQueue::deliveryOf);
  }

  private static Delivery deliveryOf(StoredMessage stored) {
    OutboxEntry entry = stored.entry();
    return entry != null && stored.end() == null ? entry : new RememberedDelivery(stored);
  }

  /**
   * Sends a message again that expired or was refused. It is a new message, with a lifetime of its own, and a new id unless
   * its user gave it one. What is kept of the old one is dropped.
   *
   * @throws QueueException if no message of this id is kept, or it is not taken
   */
  public Delivery retry(String messageId) throws IOException {
    StoredMessage letter = store.deadLetters().stream()
        .filter(each -> each.messageId().equals(messageId))
        .findFirst()
        .orElseThrow(() -> new QueueException(notDead(messageId)));
    OutboxEntry entry = letter.entry();
    if (entry == null)
      throw new QueueException("of message " + messageId + " only its end is kept");
    if (entry.message().correlation() != null) {
      throw new QueueException(
          "message " + messageId + " is a request or an answer: who asked has given up");
    }
    Delivery again = owner.submit(letter.recipient(), entry.message());
    if (again.state() == Delivery.State.REFUSED) {
      throw new QueueException(
          "message " + messageId + " is not taken: " + again.outcome().join());
    }
    store.dropDeadLetter(messageId);
    return again;
  }

  private String notDead(String messageId) {
    return store
        .find(messageId)
        .map(found -> "message " + messageId + " is " + deliveryOf(found).state()
            + "; only what expired or was refused can be sent again")
        .orElse("no message " + messageId + " is known");
  }

  /**
   * Gives up a message that waits, or forgets one that expired or was refused.
   *
   * @return what it was
   * @throws QueueException if there is no such message
   */
  public StoredMessage drop(String messageId) throws IOException {
    StoredMessage found = store
        .find(messageId)
        .orElseThrow(() -> new QueueException("no message " + messageId + " is known"));
    boolean waits = found.end() == null;
    boolean dropped = waits
        ? owner.giveUp(found.recipient(), found.lane(), found.number(), WITHDRAWN)
        : store.dropDeadLetter(messageId);
    if (waits && dropped) store.dropDeadLetter(messageId);
    if (!dropped) {
      throw new QueueException("message " + messageId + " was delivered: there is nothing to drop");
    }
    return found;
  }

  /**
   * Puts the messages that wait for a peer into a file, to be carried there. They go on waiting: a connection may still be
   * faster.
   *
   * @throws QueueException if nothing waits for it
   */
  public Export export(PeerId recipient) throws IOException {
    List<StoredMessage> all = waiting(recipient);
    try (ZstdCompressor zstd = config.newCompressor()) {
      BundleFileWriter writer =
          new BundleFileWriter(key, recipient, zstd == null ? null : new AdaptiveCompression(zstd));
      for (Lane lane : Lane.values()) {
        if (!writer.isFull()) addLane(writer, recipient, lane);
      }
      if (writer.messages() == 0) {
        throw new QueueException("no message waits for " + recipient);
      }
      return new Export(
          Bytes.wrap(writer.toBytes()),
          writer.messages(),
          Math.max(0, all.size() - writer.messages()));
    }
  }

  private void addLane(BundleFileWriter writer, PeerId recipient, Lane lane) throws IOException {
    List<OutboxEntry> entries = owner.carry(recipient, lane, BundleFileWriter.TARGET_BYTES);
    if (entries.stream().allMatch(OutboxEntry::isEnded)) return;
    writer.addLane(
        lane,
        store.outbox(recipient, lane).epoch(),
        entries.getFirst().number(),
        lifetime.toMillis(),
        time.epochMillis(),
        entries);
  }
}
