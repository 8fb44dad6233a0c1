package org.openagi.p2p.network.link;

import org.openagi.p2p.messaging.Lane;

/**
 * What became of a lane's messages that came by file.
 *
 * @param lane which
 * @param settled numbers that were new: handled, refused, or given up by their sender
 * @param known numbers that were settled before
 * @param refused of the new ones
 */
public record Carried(Lane lane, long settled, long known, int refused) {}
