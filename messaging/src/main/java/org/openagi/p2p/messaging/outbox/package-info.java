/**
 * What goes out: entries that wait for their acknowledgement, the numbered log that holds them, and the
 * state machine that sends one lane of it to one peer.
 *
 *
 * @see "docs/wire/message-1.0.md"
 */
@NullMarked
package org.openagi.p2p.messaging.outbox;

import org.jspecify.annotations.NullMarked;
