/**
 * Rate limits as pure arithmetic: time is an argument.
 *
 * <p>Confined to one thread each. Deliberately absent: waiting.
 */
@NullMarked
package org.openagi.p2p.core.limits;

import org.jspecify.annotations.NullMarked;
