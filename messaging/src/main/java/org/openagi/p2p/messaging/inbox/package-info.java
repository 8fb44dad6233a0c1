/**
 * What comes in: streams that check numbers and seals and acknowledge, lanes that decode, recognise
 * duplicates and hand messages to the router in order.
 *
 * <p>Two owners. {@link org.openagi.p2p.messaging.inbox.ReceiveStream} is confined to its stream's
 * executor. {@link org.openagi.p2p.messaging.inbox.InboxLane} is drained by one task at a time, wherever
 * the port {@link org.openagi.p2p.messaging.inbox.DrainScheduler} runs it; there the handlers run. They meet
 * in a queue of chunks one way and two numbers the other.
 *
 * @see "docs/wire/message-1.0.md, sections 2 to 4"
 */
@NullMarked
package org.openagi.p2p.messaging.inbox;

import org.jspecify.annotations.NullMarked;
