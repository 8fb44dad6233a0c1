/**
 * Accounts of connections and handshakes: what is too many is refused before it costs anything. Entry: {@link org.openagi.p2p.net.limits.ConnectionLimiter}, safe for any thread.
 */
@NullMarked
package org.openagi.p2p.net.limits;

import org.jspecify.annotations.NullMarked;
