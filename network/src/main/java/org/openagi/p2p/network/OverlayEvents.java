package org.openagi.p2p.network;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.node.OverlayListener;

/** What follows in the rest of the node from what the overlay notices. On the overlay's thread. */
final class OverlayEvents implements OverlayListener {
  private final PeerDirectory directory;

  OverlayEvents(PeerDirectory directory) {
    this.directory = directory;
  }

  @Override
  public void onNamed(PeerId node, String name) {
    directory.onNamed(node, name);
  }
}
