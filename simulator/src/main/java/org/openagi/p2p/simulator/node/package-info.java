/** A simulated node: the production state machines of messages and overlay, put together on virtual time. */
@NullMarked
package org.openagi.p2p.simulator.node;

import org.jspecify.annotations.NullMarked;
