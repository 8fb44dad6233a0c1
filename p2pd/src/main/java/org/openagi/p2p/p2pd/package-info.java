/**
 * The control protocol of go-libp2p-daemon: programs in other languages drive this node's libp2p host over a Unix socket or
 * the loopback interface. {@link org.openagi.p2p.p2pd.DaemonServer} serves it.
 *
 * @see "docs/p2pd.md; go-libp2p-daemon: specs/CONTROL.md"
 */
@NullMarked
package org.openagi.p2p.p2pd;

import org.jspecify.annotations.NullMarked;
