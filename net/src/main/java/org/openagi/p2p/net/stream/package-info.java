/**
 * Streams for applications: a blocking pair of {@link java.io.InputStream} and {@link
 * java.io.OutputStream} over a multiplexed stream, made for virtual threads.
 *
 * <p>Entry type: {@link org.openagi.p2p.net.stream.P2PStream}. Safe for any thread but an event
 * loop. Locks are held for moments only, so that the event loop never waits for an application.
 * Deliberately absent: framing of messages, which belongs to the protocol spoken on the stream.
 */
@NullMarked
package org.openagi.p2p.net.stream;

import org.jspecify.annotations.NullMarked;
