package org.openagi.p2p.messaging;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;

/**
 * Where messages wait and what was handled is remembered. Safe for any thread.
 *
 * <p>A store that survives the process keeps a lane's epoch, the numbers it gave and its unsettled entries,
 * so that {@link #outbox} returns a log that goes on where the last process ended.
 */
public interface MessageStore extends AutoCloseable {
  /** User's ids of handled messages remembered per sender; beyond it the oldest is forgotten. */
  int MAX_IDS_PER_SENDER = 4096;

  /** Whether what is accepted survives the process. */
  boolean isDurable();

  /**
   * The log of messages to a peer in a lane, made with a new epoch if there is none. The same object at
   * each call.
   */
  OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane);

  /**
   * Takes room for a message that is appended next.
   *
   * @return null if there is room; else {@link RefusalReason#QUEUE_FULL} with the limit, or {@link
   *     RefusalReason#STORAGE_FAILED} from the first failure on until the process starts anew
   */
  Outcome.@Nullable Refused reserve(NetworkMessage message);

  /**
   * Why nothing is kept any more, neither messages to send nor what was handled for others: from the first failure on
   * until the process starts anew.
   *
   * @return null as long as the store works
   */
  default Outcome.@Nullable Refused failure() {
    return null;
  }

  /** The recipients whose outboxes hold unsettled messages, in the order of their ids. */
  List<PeerId> recipientsWaiting();

  /** What is remembered of a sender's lane and epoch, made if there is nothing. */
  InboxLog inbox(PeerId sender, Lane lane, long epoch);

  /** The user's ids of messages of a sender that were handled, the oldest first. */
  List<String> handledIds(PeerId sender);

  /** Remembers such an id; durable not later than any mark set after it. */
  void markHandled(PeerId sender, String messageId);

  /**
   * Looks for a message this node sent.
   *
   * @param messageId the user's, or the one derived from the number
   * @return empty if it was never accepted, or ended longer ago than the store remembers
   */
  Optional<StoredMessage> find(String messageId);

  /** Shows the messages that are not settled, those of a recipient and lane in order. */
  void forEachWaiting(Consumer<StoredMessage> action);

  /** The messages that expired or were refused last, the oldest end first, as many as {@link DeadLetterLimits} allow. */
  List<StoredMessage> deadLetters();

  /**
   * Sets who is told, on any thread, of each dead letter that is forgotten because of the limits, in place of who was told
   * before. Must not block.
   */
  void onDeadLetterDropped(Consumer<StoredMessage> listener);

  /** What it holds. */
  StoreStats stats();

  /**
   * Reads all files from end to end, beside whoever works with them, and changes nothing. Blocks.
   *
   * @return empty for a store without files
   * @throws IOException if the folder cannot be read
   */
  Optional<StoreReport> verify() throws IOException;

  /**
   * Forgets a dead letter.
   *
   * @return whether there was one of this id
   */
  boolean dropDeadLetter(String messageId);

  /** Makes durable what it can, then releases files and locks. */
  @Override
  void close();
}
