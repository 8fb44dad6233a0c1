/**
 * Hostile runs: nodes in processes of their own exchange messages while they are killed, cut off and
 * parted; each keeps a ledger of what it did, and a checker holds the ledgers against the promises.
 */
@NullMarked
package org.openagi.p2p.torture;

import org.jspecify.annotations.NullMarked;
