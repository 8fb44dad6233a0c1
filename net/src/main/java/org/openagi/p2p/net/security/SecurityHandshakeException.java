package org.openagi.p2p.net.security;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a security handshake failed. The message names the protocol, the remote address, the offending
 * value and the limit it broke.
 */
public final class SecurityHandshakeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Kinds of failure, with a fixed number each for counters. */
  public enum Cause {
    /** The deadline passed. */
    TIMEOUT(1),
    /** The other side proved to be another peer than the expected one. */
    WRONG_PEER(2),
    /** A signature does not fit the identity that the other side claims. */
    BAD_SIGNATURE(3),
    /** Bytes that no correct peer sends: bad framing, sizes, encodings, tags or certificates. */
    MALFORMED(4),
    /** The other side closed the connection before the handshake was finished. */
    REMOTE_CLOSED(5),
    /** Both sides are able to agree on a multiplexer early, and have none in common. */
    NO_COMMON_MUXER(6),
    /** The other side ended the handshake with an error of its own, such as a TLS alert. */
    REFUSED_BY_REMOTE(7),
    /** The certificate is outside of its validity period. */
    CERTIFICATE_EXPIRED(8),
    /** The connection broke, for example by a reset. */
    IO(9),
    /** We failed, not the other side. */
    INTERNAL(10);

    private final int code;

    Cause(int code) {
      this.code = code;
    }

    /** The number that identifies this cause in counters and logs; never changes. */
    public int code() {
      return code;
    }
  }

  private final Cause failure;

  /** An exception without stack trace: the place in our code says nothing about a peer's mistake. */
  public SecurityHandshakeException(Cause failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  /** The kind of failure. */
  public Cause failure() {
    return failure;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
