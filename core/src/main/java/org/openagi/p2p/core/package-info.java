/** Words everybody shares: ids, keys, addresses, varints, records, limits, time and errors. Values and interfaces only; no I/O, no threads. */
@NullMarked
package org.openagi.p2p.core;

import org.jspecify.annotations.NullMarked;
