package org.openagi.p2p.messaging.outbox;

import java.util.List;
import org.openagi.p2p.messaging.codec.Refuse;

/** What a {@link SendLane} tells its surroundings, on its executor. */
public interface SendLaneListener {
  /**
   * Entries ended that somebody watches, or that the recipient refused, in order of their numbers. Their room
   * in the quota is still taken: the listener releases it when observers were told.
   */
  void onSettled(List<OutboxEntry> entries);

  /** The recipient gave the stream up; the lane has detached from it. */
  void onRefused(Refuse refuse);
}
