package org.openagi.p2p.protocols.mdns;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * A datagram to send.
 *
 * @param linkId the link to send it on
 * @param payload a DNS message
 * @param destination where to; null means the multicast group and port of the link
 */
public record MdnsTransmit(
    int linkId, Bytes payload, @Nullable MdnsEndpoint destination) {}
