package org.openagi.p2p.overlay.relay;

import java.util.Map;

/**
 * What the relay did so far.
 *
 * @param heldParcels parcels that are held now
 * @param heldBytes their bytes
 * @param sent own parcels that were given in
 * @param arrived parcels for this node
 * @param passedOn parcels of others that the next hop took
 * @param rerouted parcels that were sent another way because of a dead link, a refusal or silence
 * @param repeated parcels that were here before
 * @param mailParcels parcels that are kept now for who is away
 * @param mailBytes their bytes
 * @param mailKept parcels that were kept
 * @param mailDelivered kept parcels that their recipients have
 * @param mailExpired kept parcels whose time ended
 * @param refused refusals sent or, for own parcels, told, by cause
 */
public record RelayCounts(
    int heldParcels,
    long heldBytes,
    long sent,
    long arrived,
    long passedOn,
    long rerouted,
    long repeated,
    int mailParcels,
    long mailBytes,
    long mailKept,
    long mailDelivered,
    long mailExpired,
    Map<ParcelRefusal, Long> refused) {}
