/**
 * Ping over streams. Entry: {@link org.openagi.p2p.net.service.ping.PingService}. The state machine is in {@code protocols.ping}.
 */
@NullMarked
package org.openagi.p2p.net.service.ping;

import org.jspecify.annotations.NullMarked;
