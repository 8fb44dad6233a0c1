package org.openagi.p2p.messaging;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * A message this node sent, as its store knows it. Immutable but for the state of its entry.
 *
 * @param messageId the user's, or the one derived from the number
 * @param recipient to whom
 * @param lane which way
 * @param number in the lane
 * @param entry the message and its handle; null if only its end is remembered
 * @param end how it ended, null while it waits
 * @param endedAtMillis when, in milliseconds since 1970; 0 while it waits or if that is not remembered
 */
public record StoredMessage(
    String messageId,
    PeerId recipient,
    Lane lane,
    long number,
    @Nullable OutboxEntry entry,
    @Nullable Outcome end,
    long endedAtMillis) {}
