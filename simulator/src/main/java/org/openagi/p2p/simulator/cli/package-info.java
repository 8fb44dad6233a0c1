/** The command {@code p2p sim}. */
@NullMarked
package org.openagi.p2p.simulator.cli;

import org.jspecify.annotations.NullMarked;
