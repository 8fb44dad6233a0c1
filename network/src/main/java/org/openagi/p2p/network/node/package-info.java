/**
 * The exchange of signed node records, {@code /openagi/node/1.0.0}: two nodes tell each other, once
 * per connection, what they are called and what they are for, and each answers whether it believes
 * the other's name.
 *
 * <p>Entry type: {@link org.openagi.p2p.network.node.NodeExchangeService}. The exchange itself,
 * {@link org.openagi.p2p.network.node.NodeExchange}, reads and writes two byte streams and knows
 * nothing of connections. A peer that does not speak the protocol has no name here, and everything
 * else works with it.
 *
 * @see "docs/wire/node-exchange.md"
 */
@NullMarked
package org.openagi.p2p.network.node;

import org.jspecify.annotations.NullMarked;
