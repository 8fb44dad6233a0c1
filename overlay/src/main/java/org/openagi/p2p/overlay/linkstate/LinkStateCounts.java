package org.openagi.p2p.overlay.linkstate;

import java.util.Map;

/**
 * What the link state did so far.
 *
 * @param known adverts that are held now
 * @param issued adverts of this node
 * @param accepted adverts of others that were new and good
 * @param sent adverts sent to neighbours, own ones and passed on
 * @param computations how often ways were computed
 * @param evicted adverts that gave way to nearer ones
 * @param expired adverts that were not renewed
 * @param refused adverts not taken, by cause
 * @param dropped what was left undone for a bound
 */
public record LinkStateCounts(
    int known,
    long issued,
    long accepted,
    long sent,
    long computations,
    long evicted,
    long expired,
    Map<AdvertRefusal, Long> refused,
    Map<LinkStateDrop, Long> dropped) {}
