/** The simulated network: machines, their clocks, connections with delay, loss and cuts. */
@NullMarked
package org.openagi.p2p.simulator.net;

import org.jspecify.annotations.NullMarked;
