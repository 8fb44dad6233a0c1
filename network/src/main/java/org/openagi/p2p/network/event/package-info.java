/**
 * What happens on a node, as values, and the bus that brings them to whoever wants to know: the
 * command line, the dashboard, logs, metrics, fault tolerance.
 *
 * <p>Entry types: {@link org.openagi.p2p.network.event.EventBus} and the closed set of {@link
 * org.openagi.p2p.network.event.NetworkEvent}s. Publishing never blocks: each subscriber has a
 * bounded queue and a virtual thread of its own, and a subscriber that is too slow loses the oldest
 * events, which is counted. There is no history: a subscriber sees what happens after it
 * subscribed.
 */
@NullMarked
package org.openagi.p2p.network.event;

import org.jspecify.annotations.NullMarked;
