/**
 * {@link org.openagi.p2p.core.error.ProtocolViolationException}: a peer broke a rule, and how far that
 * reaches.
 *
 * <p>Deliberately absent: errors of the environment ({@code IOException}) and of our own code ({@code
 * IllegalStateException}).
 */
@NullMarked
package org.openagi.p2p.core.error;

import org.jspecify.annotations.NullMarked;
