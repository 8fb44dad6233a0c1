package org.openagi.p2p.net.security;

import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;

/**
 * What a finished security handshake established. Immutable.
 *
 * @param remotePeer who the other side has proven to be
 * @param remoteKey the key it proved that with; {@code remotePeer} is derived from it
 * @param security protocol id of the security protocol, {@code /noise} or {@code /tls/1.0.0}
 * @param muxer the stream multiplexer agreed within the handshake; empty if the other side does not
 *     support that, and multistream-select has to follow
 */
public record SecuredChannel(
    PeerId remotePeer, PublicKey remoteKey, String security, Optional<String> muxer) {}
