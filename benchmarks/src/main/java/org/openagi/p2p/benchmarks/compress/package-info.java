/**
 * What compression makes of messages as agents send them: a generator of such messages, and the scenario
 * that counts bytes and time. Runs in this process, without a network.
 */
@NullMarked
package org.openagi.p2p.benchmarks.compress;

import org.jspecify.annotations.NullMarked;
