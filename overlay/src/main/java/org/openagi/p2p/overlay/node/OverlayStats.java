package org.openagi.p2p.overlay.node;

import org.openagi.p2p.overlay.broadcast.BroadcastCounters;
import org.openagi.p2p.overlay.health.HealthStats;
import org.openagi.p2p.overlay.linkstate.LinkStateCounts;
import org.openagi.p2p.overlay.membership.MembershipCounters;
import org.openagi.p2p.overlay.relay.RelayCounts;

/**
 * Counters of all parts at one moment. Immutable.
 *
 * @param neighbours links that are up
 * @param scores peers of which something is thought
 * @param violations rules that neighbours broke
 * @param wasted frames of neighbours that were of no use or beyond their rate
 * @param health what watches the links, and how it sees this machine
 * @param membership what seeks and trims links
 * @param broadcast messages to everyone
 * @param linkState adverts of links, and routes
 * @param relay parcels, passed on and kept
 */
public record OverlayStats(
    int neighbours,
    int scores,
    long violations,
    long wasted,
    HealthStats health,
    MembershipCounters membership,
    BroadcastCounters broadcast,
    LinkStateCounts linkState,
    RelayCounts relay) {}
