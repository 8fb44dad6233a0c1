package org.openagi.p2p.network.link;

import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.bond.BondStats;
import org.openagi.p2p.messaging.inbox.ReceiveStats;
import org.openagi.p2p.messaging.outbox.SendStats;

/**
 * Counters of the message layer.
 *
 * @param sent what went out, all peers together
 * @param received what came in
 * @param waitingMessages unsettled messages in the outboxes
 * @param waitingBytes their bytes
 * @param waitingCallers callers that wait for room in an outbox
 * @param requests requests and answers
 * @param store what is kept of them
 * @param bonds what went over several connections to one peer
 * @param parcels what went through other nodes
 * @param everyone messages to everyone that no handler was given
 */
public record MessageStats(
    SendStats sent,
    ReceiveStats received,
    int waitingMessages,
    long waitingBytes,
    int waitingCallers,
    RequestStats requests,
    StoreStats store,
    BondStats bonds,
    ParcelStats parcels,
    EveryoneStats everyone) {}
