package org.openagi.p2p.overlay.broadcast;

/** Names a message. */
record MessageId(Source source, long number) {}
