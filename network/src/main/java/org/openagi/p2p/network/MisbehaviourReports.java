package org.openagi.p2p.network;

import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.link.MessageFaultListener;
import org.openagi.p2p.network.overlay.OverlayService;
import org.openagi.p2p.overlay.reputation.Cause;

/** Has what peers do with messages, of their own and of others, count in their scores. Safe for any thread. */
final class MisbehaviourReports implements MessageFaultListener {
  private final OverlayService overlay;
  private final TimeSource time;

  MisbehaviourReports(OverlayService overlay, TimeSource time) {
    this.overlay = overlay;
    this.time = time;
  }

  @Override
  public void onViolation(PeerId peer, ProtocolViolationException cause) {
    Cause what = cause.scope() == Scope.PEER ? Cause.INVALID_SIGNATURE : Cause.PROTOCOL_VIOLATION;
    overlay.tell(node -> node.note(peer, what, time.nanoTime()));
  }

  @Override
  public void onCarrier(PeerId by, boolean arrived) {
    Cause what = arrived ? Cause.USEFUL_PARCEL : Cause.LOST_PARCEL;
    overlay.tell(node -> node.note(by, what, time.nanoTime()));
  }
}
