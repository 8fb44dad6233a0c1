/**
 * Decisions about connections, as pure functions: which addresses to dial and when, how long to wait after failures, which of two connections to keep, which ones to trim. Entries: {@code DialRanker}, {@code DialBackoff}, {@code ReconnectPolicy}, {@code ConnectionSelector}. Sans-I/O; time and randomness are arguments.
 */
@NullMarked
package org.openagi.p2p.protocols.dialing;

import org.jspecify.annotations.NullMarked;
