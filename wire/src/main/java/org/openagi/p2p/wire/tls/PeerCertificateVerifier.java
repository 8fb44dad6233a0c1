package org.openagi.p2p.wire.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;

/**
 * Decides whether a certificate proves the identity of a libp2p peer, and which.
 *
 * <p>It does if it is the only one presented, is valid now, is signed by its own key, has no critical
 * extension that we do not know, and carries a host key that signed the certificate's key. Stateless;
 * safe for any thread.
 *
 * @see "libp2p specs: tls/tls.md, Peer Authentication"
 */
public final class PeerCertificateVerifier {
  /**
   * Largest certificate in bytes. One with RSA keys of 8192 bits for both certificate and host has
   * about 5 KiB.
   */
  public static final int MAX_CERTIFICATE_BYTES = 16 * 1024;

  /** What the host key signs is this text and the certificate's SubjectPublicKeyInfo. */
  static final byte[] SIGNATURE_PREFIX = "libp2p-tls-handshake:".getBytes(US_ASCII);

  private PeerCertificateVerifier() {}

  /**
   * Verifies the certificates presented by the other side.
   *
   * @param chain in DER, as received
   * @param nowEpochMillis wall clock
   * @return the host key of the peer
   * @throws PeerCertificateException if the connection must be aborted; the message says why
   */
  public static PublicKey verify(List<byte[]> chain, long nowEpochMillis)
      throws PeerCertificateException {
    if (chain.size() != 1) {
      throw new PeerCertificateException(
          Reason.CHAIN_LENGTH, chain.size() + " certificates presented, must be exactly one");
    }
    return verify(chain.get(0), nowEpochMillis);
  }

  private static PublicKey verify(byte[] der, long nowEpochMillis) throws PeerCertificateException {
    if (der.length > MAX_CERTIFICATE_BYTES) {
      throw DerReader.malformed(der.length + " bytes, limit " + MAX_CERTIFICATE_BYTES);
    }
    ParsedCertificate certificate = ParsedCertificate.parse(der);
    requireValidAt(certificate, nowEpochMillis);
    PublicKey hostKey = hostKey(certificate);
    CertificateSignature.requireSelfSigned(certificate);
    requireHostSignature(certificate, hostKey);
    return hostKey;
  }

  private static void requireValidAt(ParsedCertificate certificate, long nowEpochMillis)
      throws PeerCertificateException {
    long nowSeconds = Math.floorDiv(nowEpochMillis, 1000L);
    if (nowSeconds < certificate.notBeforeEpochSeconds
        || nowSeconds > certificate.notAfterEpochSeconds) {
      throw new PeerCertificateException(
          Reason.EXPIRED,
          "certificate: valid from "
              + certificate.notBeforeEpochSeconds
              + " to "
              + certificate.notAfterEpochSeconds
              + " in seconds since 1970, our clock says "
              + nowSeconds);
    }
  }

  private static PublicKey hostKey(ParsedCertificate certificate) throws PeerCertificateException {
    byte[] encoded = certificate.hostKey;
    if (encoded == null) {
      throw DerReader.malformed("no libp2p extension (" + Der.LIBP2P_EXTENSION + ")");
    }
    try {
      return PublicKey.fromProtobuf(Bytes.wrap(encoded));
    } catch (ProtocolViolationException e) {
      throw new PeerCertificateException(
          Reason.MALFORMED, "certificate: host key: " + e.getMessage(), e);
    }
  }

  private static void requireHostSignature(ParsedCertificate certificate, PublicKey hostKey)
      throws PeerCertificateException {
    byte[] signature = certificate.hostSignature;
    Bytes signed = signedText(certificate.subjectPublicKeyInfo);
    if (signature == null || !hostKey.verify(signed, Bytes.wrap(signature))) {
      throw new PeerCertificateException(
          Reason.BAD_HOST_SIGNATURE,
          "certificate: host key of " + hostKey.toPeerId() + " did not sign the certificate's key");
    }
  }

  /** What a host key has to sign to vouch for a certificate's key. */
  static Bytes signedText(byte[] subjectPublicKeyInfo) {
    return Bytes.wrap(DerWriter.concat(SIGNATURE_PREFIX, subjectPublicKeyInfo));
  }
}
