package org.openagi.p2p.messaging.codec;

import org.openagi.p2p.messaging.RefusalReason;

/**
 * One message that was not handled and why.
 *
 * @param number the message's number in its lane
 * @param reason the cause
 * @param detail more for people, cut to {@link WireLimits#MAX_TEXT_BYTES} on the wire
 */
public record Refusal(long number, RefusalReason reason, String detail) {}
