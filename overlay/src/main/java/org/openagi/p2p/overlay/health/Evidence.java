package org.openagi.p2p.overlay.health;

/**
 * What speaks for and against a peer that is silent.
 *
 * @param silentNanos how long nothing was heard of it
 * @param missed probes in a row that it left unanswered
 * @param heardElsewhere whether somebody else heard of it since, and lately
 * @param silentWitnesses others that have a link to it and got no answer either
 * @param helpers neighbours that could be asked
 * @param suspectNanos how long it is suspected; 0 if it is not
 */
record Evidence(
    long silentNanos,
    int missed,
    boolean heardElsewhere,
    int silentWitnesses,
    int helpers,
    long suspectNanos) {}
