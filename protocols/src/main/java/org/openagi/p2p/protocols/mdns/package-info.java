/**
 * Discovery of peers on the local network by multicast DNS, free of I/O.
 *
 * <p>{@link org.openagi.p2p.protocols.mdns.Mdns} is the state machine: datagrams, link changes and
 * the time go in; datagrams to send and events about peers come out. {@link
 * org.openagi.p2p.protocols.mdns.DnsCodec} reads and writes the DNS messages. Confined to one
 * thread; the sockets are in {@code net.discovery}.
 *
 * <p>Specification: libp2p {@code discovery/mdns.md} r2 (2021-10-12), on top of RFC 6762 (multicast
 * DNS), RFC 6763 (DNS-SD) and RFC 1035 (message format).
 *
 * <p>Deliberately absent: probing and conflict resolution (RFC 6762 section 8; names are random and
 * 160 bits or more wide), negative answers (NSEC), and queries that span several packets (sending
 * side).
 */
@NullMarked
package org.openagi.p2p.protocols.mdns;

import org.jspecify.annotations.NullMarked;
