/**
 * {@link org.openagi.p2p.core.time.TimeSource}, the only way to ask for the time outside tests.
 *
 * <p>Logic without I/O takes {@code nowNanos} as an argument; the code that drives it reads a time
 * source once per turn.
 */
@NullMarked
package org.openagi.p2p.core.time;

import org.jspecify.annotations.NullMarked;
