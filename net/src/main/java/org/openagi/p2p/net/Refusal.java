package org.openagi.p2p.net;

import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * A connection attempt of another peer that we refused.
 *
 * @param cause why
 * @param peer who, once authenticated; empty when refused before
 * @param remoteAddress from where
 * @param detail one sentence for people
 */
public record Refusal(
    RefusalCause cause, Optional<PeerId> peer, Multiaddr remoteAddress, String detail) {}
