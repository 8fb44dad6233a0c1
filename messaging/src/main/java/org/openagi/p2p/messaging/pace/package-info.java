/**
 * Who may send next when what goes out is limited: weighted fair queueing over peers, and over the lanes of
 * each. Logic only; time is handed in, and whoever uses it decides when to ask again.
 *
 * <p>{@link org.openagi.p2p.messaging.pace.FairPace} is the whole; the reasons are in
 * {@code docs/adr/0007-fair-pace.md}.
 */
@NullMarked
package org.openagi.p2p.messaging.pace;

import org.jspecify.annotations.NullMarked;
