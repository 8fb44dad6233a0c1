/**
 * Whether the peer at the other end of a link is alive, without accusing it when this machine was busy. Entries: {@code LivenessMonitor}, {@code LivenessClock}. Sans-I/O; time is an argument.
 */
@NullMarked
package org.openagi.p2p.protocols.liveness;

import org.jspecify.annotations.NullMarked;
