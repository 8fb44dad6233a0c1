/**
 * Messages over several hops and by mail: what a lane would write on its stream, cut into parcels that are sealed for the
 * recipient, and receipts that come back the same way. Same numbers, same inbox, same outbox as on a direct connection,
 * so that ways may change at any moment.
 *
 * <p>{@link org.openagi.p2p.messaging.parcel.ParcelSender} sends for one recipient, {@link
 * org.openagi.p2p.messaging.parcel.ParcelReceiver} takes in what comes for this node; each is a state machine confined to its
 * owner. They know an {@link org.openagi.p2p.overlay.relay.Courier} only by what it carries.
 *
 * @see "docs/wire/parcel-1.0.md; docs/adr/0015-parcels-sealed-with-prekeys.md"
 */
@NullMarked
package org.openagi.p2p.messaging.parcel;

import org.jspecify.annotations.NullMarked;
