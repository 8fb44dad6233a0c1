/**
 * What runs inside one measured process: the roles of the scenarios, the systems under test behind
 * one interface, and the readings of memory and traffic. A worker is told what to do by arguments and
 * by lines on its standard input, answers with lines of {@code key=value} words on its standard
 * output, and ends when its standard input ends, so that none outlives the benchmark.
 */
@NullMarked
package org.openagi.p2p.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
