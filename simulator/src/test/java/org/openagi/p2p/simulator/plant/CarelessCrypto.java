package org.openagi.p2p.simulator.plant;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayCrypto;

/** Holds every signature for good. */
public record CarelessCrypto(OverlayCrypto crypto) implements OverlayCrypto {
  @Override
  public Bytes sign(Bytes text) {
    return crypto.sign(text);
  }

  @Override
  public boolean verify(PeerId signer, Bytes text, Bytes signature) {
    return true;
  }
}
