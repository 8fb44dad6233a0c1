package org.openagi.p2p.overlay.membership;

/**
 * What happened so far.
 *
 * @param dials peers that were dialed
 * @param dialsFailed of these, those that ended without a link
 * @param joins requests to join that arrived
 * @param walks steps of walks that passed here
 * @param accepted peers that asked for a place in the view and got it
 * @param refusedFull that did not, for lack of a place
 * @param refusedRange for too many of their range of addresses
 * @param refusedScore for what is thought of them
 * @param trimmed peers that had to leave the view
 * @param lost peers of the view whose link broke
 * @param shuffles exchanges begun
 * @param entriesIgnored entries of others that were not believed: of no use, or too many of one source
 * @param limited frames ignored because a neighbour sent too many
 */
public record MembershipCounters(
    long dials,
    long dialsFailed,
    long joins,
    long walks,
    long accepted,
    long refusedFull,
    long refusedRange,
    long refusedScore,
    long trimmed,
    long lost,
    long shuffles,
    long entriesIgnored,
    long limited) {}
