/**
 * A durable {@link org.openagi.p2p.messaging.MessageStore}: an append-only journal in segments.
 *
 * <p>Two owners. {@link org.openagi.p2p.messaging.journal.JournalMessageStore} and the logs it gives out are safe for any
 * thread. Everything that touches the disk is confined to whoever calls {@link
 * org.openagi.p2p.messaging.journal.JournalMessageStore#work}, one thread of the embedding program. They meet in the logs
 * themselves: writers append to a lock-free log in memory, the disk's thread follows with a cursor of its own.
 *
 * @see "docs/wire/journal.md"
 */
@NullMarked
package org.openagi.p2p.messaging.journal;

import org.jspecify.annotations.NullMarked;
