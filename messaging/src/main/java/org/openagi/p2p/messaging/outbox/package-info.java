/**
 * What goes out: entries that wait for their acknowledgement, the numbered log that holds them, and the
 * state machine that sends one lane of it to one peer.
 *
 * <p>Entry type is {@link org.openagi.p2p.messaging.outbox.SendLane}, confined to the executor of the peer
 * ("home"), which moves with the connection. Only {@link org.openagi.p2p.messaging.outbox.OutboxLog#append}
 * and the handles given to users are for any thread. No clock, thread or socket.
 *
 * @see "docs/wire/message-1.0.md, sections 1, 2 and 4"
 */
@NullMarked
package org.openagi.p2p.messaging.outbox;

import org.jspecify.annotations.NullMarked;
