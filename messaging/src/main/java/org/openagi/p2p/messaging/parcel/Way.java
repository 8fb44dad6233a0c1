package org.openagi.p2p.messaging.parcel;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.overlay.relay.Reach;

/**
 * What is known of how to send parcels to a peer.
 *
 * @param reach how it can be reached
 * @param sealKey what it announced to seal with; null if it is not known, then nothing can be sent
 */
public record Way(Reach reach, @Nullable Bytes sealKey) {
  /** Nothing is known. */
  public static final Way NONE = new Way(Reach.NONE, null);

  /** Whether parcels can be sent now. */
  public boolean isOpen() {
    return sealKey != null && reach.kind() != Reach.Kind.NONE;
  }

  /** Whether what is sent waits for the peer's return. */
  public boolean isMail() {
    return reach.kind() == Reach.Kind.MAILBOX;
  }
}
