/** What was promised, and who looks whether it was kept. */
@NullMarked
package org.openagi.p2p.simulator.check;

import org.jspecify.annotations.NullMarked;
