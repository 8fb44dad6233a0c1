package org.openagi.p2p.network.link;

/**
 * Counters of requests and answers.
 *
 * @param asked requests this node sent
 * @param answered of these, with a result
 * @param failed of these, answered that the handler failed
 * @param timedOut of these, without an answer in time
 * @param refused of these, not delivered, not sent because too many waited, or ended by a shutdown
 * @param answersDropped answers nobody waited for: late, doubled, unknown, or from another peer than was asked
 * @param served requests of others that were answered with a result
 * @param servedFailed requests of others whose handler failed
 * @param answersLost answers that the outbox had no room for
 * @param pending requests that wait for their answers now
 */
public record RequestStats(
    long asked,
    long answered,
    long failed,
    long timedOut,
    long refused,
    long answersDropped,
    long served,
    long servedFailed,
    long answersLost,
    int pending) {}
