/**
 * Discovery of peers on the local network: the sockets of multicast DNS.
 *
 * <p>Entry type {@link org.openagi.p2p.net.discovery.MdnsService}. All decisions are in {@code
 * protocols.mdns}; this package opens one socket per network interface and IP version, watches the
 * interfaces and carries datagrams, on one daemon thread.
 *
 * <p>Deliberately absent: unicast to port 5353. The sockets are bound to the multicast group where
 * the system allows it, so that they take nothing away from another responder of this machine.
 */
@NullMarked
package org.openagi.p2p.net.discovery;

import org.jspecify.annotations.NullMarked;
