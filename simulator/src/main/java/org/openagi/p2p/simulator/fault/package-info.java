/** What goes wrong, when, and for whom, as a seed decides. */
@NullMarked
package org.openagi.p2p.simulator.fault;

import org.jspecify.annotations.NullMarked;
