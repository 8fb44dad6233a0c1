/**
 * One stream over several connections: bytes are cut into segments, each goes over the connection that is
 * expected to deliver it first, and what a lost connection carried goes over the others.
 *
 * @see "docs/wire/bond-1.0.md"
 */
@NullMarked
package org.openagi.p2p.messaging.bond;

import org.jspecify.annotations.NullMarked;
