package org.openagi.p2p.node.client;

/**
 * One object that the API answered with. Immutable.
 *
 * @param line as it came, one line of printable ASCII
 * @param values as parsed
 */
public record ApiAnswer(String line, Values values) {}
