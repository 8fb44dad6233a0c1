package org.openagi.p2p.simulator.plant;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;

/** A host that passes everything on, for tests that change one thing. */
public class ForwardingHost implements OverlayHost {
  private final OverlayHost host;

  public ForwardingHost(OverlayHost host) {
    this.host = host;
  }

  @Override
  public boolean send(PeerId to, OverlayFrame frame) {
    return host.send(to, frame);
  }

  @Override
  public void dial(PeerId peer, List<Multiaddr> addresses) {
    host.dial(peer, addresses);
  }

  @Override
  public void disconnect(PeerId peer, Cut cut, String why) {
    host.disconnect(peer, cut, why);
  }

  @Override
  public void release(PeerId peer, String why) {
    host.release(peer, why);
  }

  @Override
  public void keep(PeerId peer, boolean wanted) {
    host.keep(peer, wanted);
  }

  @Override
  public boolean isProtected(PeerId peer) {
    return host.isProtected(peer);
  }

  @Override
  public List<Multiaddr> addresses() {
    return host.addresses();
  }

  @Override
  public void doubt(PeerId peer) {
    host.doubt(peer);
  }

  @Override
  public int loadPermille() {
    return host.loadPermille();
  }
}
