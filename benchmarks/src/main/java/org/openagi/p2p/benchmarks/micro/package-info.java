/** Micro benchmarks of codecs and ciphers, run by {@code p2p bench jmh}. */
@NullMarked
package org.openagi.p2p.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
