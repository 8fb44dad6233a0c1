package org.openagi.p2p.wire.noise;

import java.security.GeneralSecurityException;

/**
 * The other side broke the rules of the Noise handshake or transport; the connection must be closed.
 * The message names the offending value and the limit.
 */
public final class NoiseException extends GeneralSecurityException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** A length, encoding or order that no correct peer produces. */
    MALFORMED,
    /** A ciphertext that does not fit its tag: damaged, forged, or sealed under other keys. */
    BAD_TAG,
    /** A Diffie-Hellman result of zeros: the other side sent a key of small order. */
    WEAK_KEY,
    /** The signature does not bind the static key to the identity key. */
    BAD_SIGNATURE,
    /** The identity is not the one that was expected. */
    WRONG_PEER,
    /** Both sides offered multiplexers, none is in both lists. */
    NO_COMMON_MUXER,
    /** All nonces of a key are used up. */
    NONCES_EXHAUSTED
  }

  private final Reason reason;

  NoiseException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  NoiseException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What was wrong. */
  public Reason reason() {
    return reason;
  }

  /** Peers cause these at will, so they carry no stack trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
