/** Whole runs that show one thing. */
@NullMarked
package org.openagi.p2p.simulator.scenario;

import org.jspecify.annotations.NullMarked;
