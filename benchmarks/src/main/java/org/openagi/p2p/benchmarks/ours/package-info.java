/**
 * This network as a system under test, through the same API that applications use: every message is
 * signed, acknowledged and handed to a handler, with the memory store and without a bandwidth limit.
 */
@NullMarked
package org.openagi.p2p.benchmarks.ours;

import org.jspecify.annotations.NullMarked;
