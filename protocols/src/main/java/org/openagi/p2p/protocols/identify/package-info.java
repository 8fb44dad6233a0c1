/**
 * Identify and identify/push: what peers tell each other of themselves. Entry: {@code IdentifyCodec}. Sans-I/O; all values immutable. Specification: libp2p identify/README.md 1.0.0. Deliberately absent: guessing our public address from observed addresses.
 */
@NullMarked
package org.openagi.p2p.protocols.identify;

import org.jspecify.annotations.NullMarked;
