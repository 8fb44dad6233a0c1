/**
 * Joins the message engines to a host: streams become links, event loops their executors, virtual threads
 * run the handlers, one or two threads sign and verify.
 *
 * <p>Entry type is {@link org.openagi.p2p.network.link.MessageService}, safe for any thread. Everything that
 * belongs to sending to one peer is confined to that peer's home executor: the event loop of the connection
 * in use, or the service's own thread while there is none. Everything of an inbound stream is confined to
 * its event loop. Several connections to one peer carry one stream as a bond, which lives on one loop as well:
 * {@link org.openagi.p2p.network.link.PathStream} is where the loops of the connections meet it.
 *
 * @see "docs/wire/message-1.0.md"
 */
@NullMarked
package org.openagi.p2p.network.link;

import org.jspecify.annotations.NullMarked;
