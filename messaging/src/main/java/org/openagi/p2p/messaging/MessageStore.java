package org.openagi.p2p.messaging;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;

/**
 * Where messages wait and what was handled is remembered. Safe for any thread.
 *
 * <p>A store that survives the process keeps a lane's epoch, the numbers it gave and its unsettled entries,
 * so that {@link #outbox} returns a log that goes on where the last process ended.
 */
public interface MessageStore extends AutoCloseable {
  /**
   * The log of messages to a peer in a lane, made with a new epoch if there is none. The same object at
   * each call.
   */
  OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane);

  /** The recipients whose outboxes hold unsettled messages, in the order of their ids. */
  List<PeerId> recipientsWaiting();

  /**
   * Remembers that all numbers of a sender's lane and epoch up to one are settled here.
   *
   * @param settled never lower than told before
   */
  void markHandled(PeerId sender, Lane lane, long epoch, long settled);

  /** What {@link #markHandled} was told last, 0 if never or forgotten. */
  long handled(PeerId sender, Lane lane, long epoch);

  /** Releases files and locks. */
  @Override
  void close();
}
