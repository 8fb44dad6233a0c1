package org.openagi.p2p.messaging.inbox;

import org.openagi.p2p.messaging.codec.ChunkHeader;

/**
 * A chunk that waits for its lane's drain.
 *
 * @param header its header
 * @param body the frame's body, header included
 * @param wireBytes credit to give back when it is done with, 0 if that happened already
 * @param arrivalNanos when it was received
 * @param lifetimeMillis of its messages that don't say otherwise
 * @param senderName what its sender is called
 */
record ChunkTask(
    ChunkHeader header,
    byte[] body,
    int wireBytes,
    long arrivalNanos,
    long lifetimeMillis,
    String senderName) {}
