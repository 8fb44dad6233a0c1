package org.openagi.p2p.messaging.bundle;

import org.openagi.p2p.core.bytes.Bytes;

/** Signs with the node's host key, beside the caller. */
public interface Signer {
  /** Takes the signature. */
  @FunctionalInterface
  interface Callback {
    /** The text is signed. */
    void onSigned(Bytes signature);
  }

  /**
   * Signs a text.
   *
   * @param text the signer's to keep
   * @param callback called on the executor of the caller, in the order of the calls
   */
  void sign(byte[] text, Callback callback);
}
