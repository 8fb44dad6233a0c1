/**
 * Scenario benchmarks in processes of their own, and JMH for the hot paths.
 *
 * <p>{@code p2p bench} starts here: {@link org.openagi.p2p.benchmarks.BenchCommand} plays a scenario,
 * one {@link org.openagi.p2p.benchmarks.WorkerProcess} a node, and prints one JSON line a run. The
 * numbers are compared, never asserted: they depend on the machine and on what else it does, so the
 * limit is run between our own runs and the ratio is what counts.
 */
@NullMarked
package org.openagi.p2p.benchmarks;

import org.jspecify.annotations.NullMarked;
