package org.openagi.p2p.messaging.bundle;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** Checks signatures of one peer, beside the caller. */
public interface Verifier {
  /** Takes the verdict. */
  @FunctionalInterface
  interface Callback {
    /**
     * The signature was checked.
     *
     * @throws ProtocolViolationException if that ends the stream or more
     */
    void onVerified(boolean genuine) throws ProtocolViolationException;
  }

  /**
   * Checks a signature.
   *
   * @param text the verifier's to keep
   * @param callback called on the executor of the caller, in the order of the calls
   */
  void verify(byte[] text, Bytes signature, Callback callback);
}
