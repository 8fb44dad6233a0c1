/**
 * The journal of messages on a real disk: files, the lock on their folder, the thread that writes them.
 *
 * <p>Entry type is {@link org.openagi.p2p.network.store.QueueFolder}, safe for any thread. The files belong to its
 * thread alone.
 *
 * @see "docs/wire/journal.md"
 */
@NullMarked
package org.openagi.p2p.network.store;

import org.jspecify.annotations.NullMarked;
