package org.openagi.p2p.messaging.parcel;

import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/** What a {@link ParcelReceiver} tells its surroundings. */
public interface ParcelReceiverListener {
  /** Makes the receiver's owner call {@link ParcelReceiver#onWake}. Called on any thread; must not block. */
  void wake();

  /** A receipt of a peer for messages of this node; its signature was checked. On the owner. */
  void onReceipt(PeerId from, Receipt receipt);

  /** A peer signed what breaks a rule. On the owner. */
  void onViolation(PeerId sender, ProtocolViolationException cause);
}
