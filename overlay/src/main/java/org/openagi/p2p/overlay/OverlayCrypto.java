package org.openagi.p2p.overlay;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;

/** Signatures as the overlay makes and checks them. A simulation of thousands of nodes has a cheaper scheme. */
public interface OverlayCrypto {
  /** Signs as this node. */
  Bytes sign(Bytes text);

  /** Whether a peer signed a text; false also if its key can't be told from its id. */
  boolean verify(PeerId signer, Bytes text, Bytes signature);

  /** With the keys of the nodes. */
  static OverlayCrypto of(HostKey key) {
    return new OverlayCrypto() {
      @Override
      public Bytes sign(Bytes text) {
        return key.sign(text);
      }

      @Override
      public boolean verify(PeerId signer, Bytes text, Bytes signature) {
        return signer.publicKey().map(found -> found.verify(text, signature)).orElse(false);
      }
    };
  }
}
