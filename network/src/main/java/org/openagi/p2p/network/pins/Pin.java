package org.openagi.p2p.network.pins;

import java.time.Instant;
import org.openagi.p2p.core.identity.PeerId;

/**
 * A name and the key it belongs to.
 *
 * @param alias 1 to 64 of the characters {@code A-Z a-z 0-9 . _ -}
 * @param firstSeen when the name was pinned, to the second
 */
public record Pin(String alias, PeerId peer, Instant firstSeen) {}
