package org.openagi.p2p.network.link;

/**
 * Messages to everyone that came and were not handed to a handler, by cause. Immutable.
 *
 * @param unreadable made by a later version of this program
 * @param expired arrived after their lifetime, by the clocks of sender and recipient
 * @param dropped handlers were too slow
 */
public record EveryoneStats(long unreadable, long expired, long dropped) {}
