package org.openagi.p2p.wire.tls;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;

/**
 * The parts of an X.509 v3 certificate that matter for a libp2p peer, taken apart strictly but not
 * yet checked for anything cryptographic.
 *
 * <p>Confined to one thread; a short-lived holder, not a value.
 *
 * @see "RFC 5280, section 4.1"
 */
final class ParsedCertificate {
  /** Honest certificates have one to four extensions. */
  private static final int MAX_EXTENSIONS = 16;

  /** Bit 0 of the key usage extension, first in the byte. */
  private static final int DIGITAL_SIGNATURE = 0x80;

  private static final byte[] VERSION_3 = {2};

  byte[] signedPart = {};
  byte[] signatureAlgorithm = {};
  byte[] signature = {};
  byte[] subjectPublicKeyInfo = {};
  long notBeforeEpochSeconds;
  long notAfterEpochSeconds;
  byte @Nullable [] hostKey;
  byte @Nullable [] hostSignature;

  private ParsedCertificate() {}

  static ParsedCertificate parse(byte[] der) throws PeerCertificateException {
    ParsedCertificate parsed = new ParsedCertificate();
    DerReader outer = new DerReader(der);
    DerReader certificate = outer.enter(Der.SEQUENCE);
    outer.requireEnd();
    parsed.signedPart = certificate.element(Der.SEQUENCE);
    parsed.signatureAlgorithm = certificate.element(Der.SEQUENCE);
    parsed.signature = certificate.wholeBits();
    certificate.requireEnd();
    parsed.readSignedPart();
    return parsed;
  }

  private void readSignedPart() throws PeerCertificateException {
    DerReader tbs = new DerReader(signedPart).enter(Der.SEQUENCE);
    DerReader version = tbs.enter(Der.CONTEXT_CONSTRUCTED);
    if (!Arrays.equals(version.contents(Der.INTEGER), VERSION_3)) {
      throw DerReader.malformed("version is not 3");
    }
    tbs.contents(Der.INTEGER); // serial number
    if (!Arrays.equals(tbs.element(Der.SEQUENCE), signatureAlgorithm)) {
      throw DerReader.malformed("the two signature algorithms differ");
    }
    tbs.element(Der.SEQUENCE); // issuer
    DerReader validity = tbs.enter(Der.SEQUENCE);
    notBeforeEpochSeconds = validity.time();
    notAfterEpochSeconds = validity.time();
    validity.requireEnd();
    tbs.element(Der.SEQUENCE); // subject
    subjectPublicKeyInfo = tbs.element(Der.SEQUENCE);
    if (!tbs.nextIs(Der.CONTEXT_CONSTRUCTED | 3)) {
      throw DerReader.malformed("no extensions, or a unique identifier in front of them");
    }
    DerReader extensions = tbs.enter(Der.CONTEXT_CONSTRUCTED | 3);
    tbs.requireEnd();
    readExtensions(extensions.enter(Der.SEQUENCE));
    extensions.requireEnd();
  }

  private void readExtensions(DerReader extensions) throws PeerCertificateException {
    Set<String> seen = new HashSet<>();
    while (extensions.hasMore()) {
      DerReader extension = extensions.enter(Der.SEQUENCE);
      String oid = extension.oid();
      boolean critical = extension.nextIs(Der.BOOLEAN) && extension.bool();
      byte[] value = extension.contents(Der.OCTET_STRING);
      extension.requireEnd();
      if (!seen.add(oid)) throw DerReader.malformed("extension " + oid + " twice");
      if (seen.size() > MAX_EXTENSIONS) {
        throw DerReader.malformed("more than " + MAX_EXTENSIONS + " extensions");
      }
      readExtension(oid, critical, value);
    }
  }

  private void readExtension(String oid, boolean critical, byte[] value)
      throws PeerCertificateException {
    switch (oid) {
      case Der.LIBP2P_EXTENSION -> readSignedKey(value);
      case Der.KEY_USAGE -> requireDigitalSignature(value);
      case Der
          .BASIC_CONSTRAINTS -> {} // a self-signed certificate may be called an authority or not
      default -> {
        if (critical) {
          throw new PeerCertificateException(
              Reason.UNKNOWN_CRITICAL_EXTENSION, "certificate: unknown critical extension " + oid);
        }
      }
    }
  }

  private void readSignedKey(byte[] value) throws PeerCertificateException {
    DerReader outer = new DerReader(value);
    DerReader signedKey = outer.enter(Der.SEQUENCE);
    outer.requireEnd();
    hostKey = signedKey.contents(Der.OCTET_STRING);
    hostSignature = signedKey.contents(Der.OCTET_STRING);
    signedKey.requireEnd();
  }

  private static void requireDigitalSignature(byte[] value) throws PeerCertificateException {
    byte[] bits = new DerReader(value).contents(Der.BIT_STRING);
    if (bits.length < 2 || (bits[1] & DIGITAL_SIGNATURE) == 0) {
      throw DerReader.malformed("the key usage does not allow signatures");
    }
  }
}
