package org.openagi.p2p.protocols.mdns;

/**
 * Counters since the start, and the number of peers now.
 *
 * @param peers peers known now
 * @param queriesSent questions sent
 * @param responsesSent responses, announcements and good-byes sent
 * @param queriesReceived questions for us received, own ones included
 * @param responsesReceived responses received, own ones included
 * @param malformed datagrams that are no DNS message or break a limit
 * @param ignored well-formed datagrams that must be ignored: other opcode, response from a wrong
 *     port, unknown link
 * @param rateLimited datagrams dropped unread, or unicast answers not given, for being too many
 * @param answersKnown answers left out because the asker knows them
 * @param addressesRejected announced addresses that were not usable: wrong form, wrong peer id,
 *     loopback from another host, too many
 * @param peersEvicted peers that made room, or were refused because their source spoke for too many
 */
public record MdnsStats(
    int peers,
    long queriesSent,
    long responsesSent,
    long queriesReceived,
    long responsesReceived,
    long malformed,
    long ignored,
    long rateLimited,
    long answersKnown,
    long addressesRejected,
    long peersEvicted) {}
