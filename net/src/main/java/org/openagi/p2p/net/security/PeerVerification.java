package org.openagi.p2p.net.security;

import io.netty.util.concurrent.FastThreadLocal;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.wire.tls.PeerCertificateException;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;
import org.openagi.p2p.wire.tls.PeerCertificateVerifier;

/**
 * The check of one connection's peer certificate: whom we expect, and what came out.
 *
 * <p>A TLS context, and with it the trust manager, is shared by all connections of a host, while the
 * expected peer differs. Certificates are checked on the event loop within the read that brought
 * them, so the handler that passes the read on makes its connection's verification the current one of
 * the thread, and the trust manager asks for it. This works the same with both TLS libraries, and
 * unlike looking for an engine in a map it cannot leak.
 *
 * <p>Confined to the channel's event loop.
 */
final class PeerVerification {
  private static final FastThreadLocal<PeerVerification> CURRENT = new FastThreadLocal<>();

  private final Optional<PeerId> expectedPeer;
  private final TimeSource time;
  private @Nullable PublicKey remoteKey;
  private @Nullable PeerCertificateException failure;

  PeerVerification(Optional<PeerId> expectedPeer, TimeSource time) {
    this.expectedPeer = expectedPeer;
    this.time = time;
  }

  /** Runs {@code work} with this as the thread's current verification. */
  void during(Runnable work) {
    PeerVerification outer = CURRENT.getIfExists();
    CURRENT.set(this);
    try {
      work.run();
    } finally {
      CURRENT.set(outer);
    }
  }

  /** The verification of the connection whose bytes are being read on this thread. */
  static Optional<PeerVerification> current() {
    return Optional.ofNullable(CURRENT.getIfExists());
  }

  /** Checks the certificates that the other side presents. */
  void verify(X509Certificate[] chain) throws PeerCertificateException {
    try {
      List<byte[]> encoded = new ArrayList<>(chain.length);
      for (X509Certificate certificate : chain) encoded.add(encode(certificate));
      PublicKey key = PeerCertificateVerifier.verify(encoded, time.epochMillis());
      requireExpected(key.toPeerId());
      remoteKey = key;
    } catch (PeerCertificateException e) {
      failure = e;
      throw e;
    }
  }

  private static byte[] encode(X509Certificate certificate) throws PeerCertificateException {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new PeerCertificateException(Reason.MALFORMED, "certificate: " + e.getMessage());
    }
  }

  private void requireExpected(PeerId peer) throws PeerCertificateException {
    if (expectedPeer.isPresent() && !expectedPeer.get().equals(peer)) {
      throw new PeerCertificateException(
          Reason.WRONG_PEER, "remote peer is " + peer + ", expected " + expectedPeer.get());
    }
  }

  /** The key of the verified peer; empty before and after a failure. */
  Optional<PublicKey> remoteKey() {
    return Optional.ofNullable(remoteKey);
  }

  /** Why the certificate was refused, if it was. */
  Optional<PeerCertificateException> failure() {
    return Optional.ofNullable(failure);
  }
}
