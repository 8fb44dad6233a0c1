/**
 * Payloads larger than memory, as the two ends of one stream see them: the frames of {@code
 * /openagi/transfer/1.0.0} and a state machine for each end. An end is told of frames and asked for
 * frames; files, streams, threads and time are its user's. Everything is confined to its user.
 *
 * @see "docs/wire/transfer-1.0.md"
 */
@NullMarked
package org.openagi.p2p.messaging.transfer;

import org.jspecify.annotations.NullMarked;
