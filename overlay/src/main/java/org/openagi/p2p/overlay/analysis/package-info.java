/**
 * What can be said about the shape of a network, for people. Pure functions of a {@link
 * org.openagi.p2p.overlay.analysis.TopologyGraph}; the algorithms are JGraphT's.
 */
@NullMarked
package org.openagi.p2p.overlay.analysis;

import org.jspecify.annotations.NullMarked;
