package org.openagi.p2p.overlay.broadcast;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayPort;

/** What {@link Broadcast} asks for. */
public interface BroadcastPort extends OverlayPort {
  /** Signs for this node. */
  Bytes sign(Bytes text);

  /** Whether a text was signed by a peer; false also if the peer's key can't be told from its id. */
  boolean verify(PeerId signer, Bytes text, Bytes signature);

  /**
   * A message of another node arrived, for the first and only time.
   *
   * @param by the neighbour that it came from
   * @param hops links that it passed, at least 1
   */
  void onMessage(BroadcastMessage message, PeerId by, int hops);

  /**
   * A message of this node was taken over by all neighbours that it was sent to and that are still there, at least one.
   *
   * @param number what {@link Broadcast#broadcast} returned
   * @param neighbours how many took it over
   */
  void onTakenOver(long number, int neighbours);

  /** What is known of the link to a neighbour. */
  LinkQuality quality(PeerId neighbour);
}
