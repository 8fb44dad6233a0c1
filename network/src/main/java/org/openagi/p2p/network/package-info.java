/**
 * What a user depends on: {@link org.openagi.p2p.network.P2PNetworkManager}, its records, and the
 * composition that turns a configuration into a running network.
 *
 * <p>The manager is safe for any thread. Its futures complete on virtual threads, so what is
 * attached to them may block. Messages themselves, {@code NetworkMessage}, {@code MessageType} and
 * {@code Delivery}, are values of {@code org.openagi.p2p.messaging}; events are in {@code
 * org.openagi.p2p.network.event}, settings in {@code org.openagi.p2p.network.config}.
 */
@NullMarked
package org.openagi.p2p.network;

import org.jspecify.annotations.NullMarked;
