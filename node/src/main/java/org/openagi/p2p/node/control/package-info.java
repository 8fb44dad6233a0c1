/**
 * How a command of another process works on a node that runs: a socket in its data folder that only its owner can open,
 * and one JSON object a line.
 *
 * @see "docs/control.md"
 */
@NullMarked
package org.openagi.p2p.node.control;

import org.jspecify.annotations.NullMarked;
