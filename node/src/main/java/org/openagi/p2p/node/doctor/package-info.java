/**
 * Finds out why a node can or cannot find, dial, secure, identify and deliver to a peer. Each check looks at one thing and
 * says what it found as {@link org.openagi.p2p.node.doctor.Finding}s, with what to do.
 *
 * @see "docs/doctor.md"
 */
@NullMarked
package org.openagi.p2p.node.doctor;

import org.jspecify.annotations.NullMarked;
