/**
 * Agreement on a protocol, for whole channels and for streams, by multistream-select 1.0. Entries: {@link org.openagi.p2p.net.negotiate.ChannelNegotiator}, {@link org.openagi.p2p.net.negotiate.NegotiatedStream}. Confined to event loops; the machines are in {@code wire.multistream}.
 */
@NullMarked
package org.openagi.p2p.net.negotiate;

import org.jspecify.annotations.NullMarked;
