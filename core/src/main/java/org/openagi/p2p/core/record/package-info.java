/**
 * Signed statements that outlive a connection: envelope, peer record (addresses), node record (alias).
 *
 * <p>Immutable values, safe for any thread. Specifications: libp2p RFC 0002 (signed envelopes), RFC 0003
 * (routing records); {@code docs/wire/node-record.md} for our own. Deliberately absent: deciding whether a
 * record is newer than another or trusted.
 */
@NullMarked
package org.openagi.p2p.core.record;

import org.jspecify.annotations.NullMarked;
