/** Scenario benchmarks in processes of their own, and JMH for the hot paths. */
@NullMarked
package org.openagi.p2p.benchmarks;

import org.jspecify.annotations.NullMarked;
