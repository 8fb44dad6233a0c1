/**
 * Messages that arrive, free of I/O. This package holds the values users meet ({@link
 * org.openagi.p2p.messaging.NetworkMessage}, {@link org.openagi.p2p.messaging.Delivery}, {@link
 * org.openagi.p2p.messaging.Outcome}) and the ports the engines ask for ({@link
 * org.openagi.p2p.messaging.PeerLink}, {@link org.openagi.p2p.messaging.MessageStore}); the rooms below
 * hold the codec, the outbox, the inbox and the router.
 *
 * <p>No sockets, threads, clocks or randomness: time comes in as numbers, what may take long goes out
 * through a port and comes back by a callback.
 *
 * @see "docs/wire/message-1.0.md"
 */
@NullMarked
package org.openagi.p2p.messaging;

import org.jspecify.annotations.NullMarked;
