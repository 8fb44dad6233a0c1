/**
 * The limit that the network is measured against: length-prefixed messages over TCP with TLS 1.3,
 * both sides authenticated, on Netty and BoringSSL, written and read in batches with cumulative
 * acknowledgements. No signatures, no identities, no multiplexing, no store: what is left is what the
 * machine, the kernel and the encryption cost.
 */
@NullMarked
package org.openagi.p2p.benchmarks.limit;

import org.jspecify.annotations.NullMarked;
