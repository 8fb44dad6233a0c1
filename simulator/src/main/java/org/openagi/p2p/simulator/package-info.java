/** Whole networks in virtual time: the production state machines on a network that a seed decides. */
@NullMarked
package org.openagi.p2p.simulator;

import org.jspecify.annotations.NullMarked;
