package org.openagi.p2p.wire.tls;

import java.security.cert.CertificateException;

/** A certificate is not one by which a libp2p peer can be authenticated; the message says why. */
public final class PeerCertificateException extends CertificateException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** No certificate, or more than one. */
    CHAIN_LENGTH,
    /** Not the DER encoding of a certificate within our bounds, or one without the extension. */
    MALFORMED,
    /** A critical extension that we do not understand. */
    UNKNOWN_CRITICAL_EXTENSION,
    /** A key or signature algorithm that we do not accept. */
    UNSUPPORTED_ALGORITHM,
    /** Not valid yet, or not any more. */
    EXPIRED,
    /** The certificate is not signed by its own key. */
    BAD_SELF_SIGNATURE,
    /** The host key did not sign the certificate's key. */
    BAD_HOST_SIGNATURE,
    /** The identity is not the one that was expected. */
    WRONG_PEER
  }

  private final Reason reason;

  /** An exception without stack trace, since peers cause these at will. */
  public PeerCertificateException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  PeerCertificateException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What was wrong. */
  public Reason reason() {
    return reason;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
