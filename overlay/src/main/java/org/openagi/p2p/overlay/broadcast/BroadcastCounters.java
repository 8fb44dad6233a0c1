package org.openagi.p2p.overlay.broadcast;

/**
 * What happened so far.
 *
 * @param sent messages of this node
 * @param delivered messages of others
 * @param forwarded copies sent over eager links
 * @param duplicates copies that came again
 * @param announced messages named to lazy neighbours
 * @param grafts messages asked for
 * @param graftsServed copies sent because they were asked for
 * @param graftsUnserved requests for messages that are kept no more, or for too much
 * @param prunes links made lazy towards this node
 * @param missed messages that were heard of and never came
 * @param refusedSignature copies with a bad signature
 * @param refusedAge copies too old, or from the future
 * @param refusedRate copies beyond the limit of their origin
 * @param refusedNews news ignored because there were too many
 * @param notTaken copies that a link did not take, because too much waited for it
 */
public record BroadcastCounters(
    long sent,
    long delivered,
    long forwarded,
    long duplicates,
    long announced,
    long grafts,
    long graftsServed,
    long graftsUnserved,
    long prunes,
    long missed,
    long refusedSignature,
    long refusedAge,
    long refusedRate,
    long refusedNews,
    long notTaken) {}
