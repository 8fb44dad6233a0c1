/**
 * Streams for blocking code. Entry: {@link org.openagi.p2p.net.stream.P2PStream}.
 */
@NullMarked
package org.openagi.p2p.net.stream;

import org.jspecify.annotations.NullMarked;
