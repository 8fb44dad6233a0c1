/**
 * The WebSocket: channels that clients subscribe to. Each client has a bounded queue and a thread of its own, so that one that
 * stalls costs that much and holds up nobody.
 *
 * @see "docs/api.md, WebSocket"
 */
@NullMarked
package org.openagi.p2p.api.socket;

import org.jspecify.annotations.NullMarked;
