/** Sealed parcels on their way over several hops: forwarding, custody, mail for who is away. */
@NullMarked
package org.openagi.p2p.overlay.relay;

import org.jspecify.annotations.NullMarked;
