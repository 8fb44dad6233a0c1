package org.openagi.p2p.wire.noise;

import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;

/**
 * What a completed handshake leaves behind.
 *
 * @param transport seals and opens what follows; confined to one thread
 * @param remotePeer the authenticated other side
 * @param remoteKey its host key
 * @param muxer the multiplexer both sides agreed on; empty if one of them did not offer any
 */
public record NoiseSession(
    NoiseTransport transport, PeerId remotePeer, PublicKey remoteKey, Optional<String> muxer) {}
