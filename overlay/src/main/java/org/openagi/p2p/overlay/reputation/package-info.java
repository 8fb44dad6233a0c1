/**
 * What we think of peers by what we saw ourselves, as a sum that explains itself. Entry: {@link
 * org.openagi.p2p.overlay.reputation.Reputation}. What others say of a peer never counts: whoever could lower a score by
 * talking could cut peers off.
 */
@NullMarked
package org.openagi.p2p.overlay.reputation;

import org.jspecify.annotations.NullMarked;
