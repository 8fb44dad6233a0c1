/**
 * {@code p2p demo}: the main job on one machine, played by three processes of the {@code p2p node}
 * command that this one starts, reads and talks to through their standard streams. They end when their
 * standard input does, so none outlives the demo, however it ends.
 */
@NullMarked
package org.openagi.p2p.node.demo;

import org.jspecify.annotations.NullMarked;
