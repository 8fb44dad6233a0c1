package org.openagi.p2p.wire.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.wire.tls.PeerCertificateException.Reason;

class PeerCertificateTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long NOW = 1_790_000_000_000L;
  private static final long DAY = 86_400_000L;

  private final HostKey hostKey = HostKey.generate(RANDOM);

  private static Reason refusal(byte[] der, long now) {
    return assertThrows(
            PeerCertificateException.class, () -> PeerCertificateVerifier.verify(List.of(der), now))
        .reason();
  }

  @Test
  void acceptsTheSpecificationsCertificatesAndRefusesItsBadOne() throws Exception {
    int checked = 0;
    try (InputStream in = getClass().getResourceAsStream("specification-certificates.txt")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (line.startsWith("#")) continue;
        String[] part = line.split(" ", -1);
        byte[] der = Bytes.fromHex(part[2]).toArray();
        if (part[1].equals("-")) {
          Reason reason = refusal(der, NOW);
          assertTrue(
              reason == Reason.BAD_HOST_SIGNATURE || reason == Reason.BAD_SELF_SIGNATURE,
              part[0] + ": " + reason);
        } else {
          assertEquals(
              part[1],
              PeerCertificateVerifier.verify(List.of(der), NOW).toPeerId().toString(),
              part[0]);
        }
        checked++;
      }
    }
    assertEquals(4, checked);
  }

  @Test
  void ourCertificateVerifiesAndIsAnOrdinaryCertificateToo() throws Exception {
    PeerCertificate certificate = PeerCertificate.create(hostKey, RANDOM, NOW);
    byte[] der = certificate.der().toArray();
    assertEquals(hostKey.publicKey(), PeerCertificateVerifier.verify(List.of(der), NOW));
    assertTrue(der.length < 450, der.length + " bytes");

    X509Certificate parsed = (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    parsed.verify(parsed.getPublicKey());
    parsed.checkValidity(new Date(NOW));
    assertEquals("CN=libp2p", parsed.getSubjectX500Principal().getName());
    assertEquals(3, parsed.getVersion());
    assertEquals(new Date(NOW - DAY), parsed.getNotBefore());
  }

  @Test
  void isValidFromADayBeforeForAHundredYears() {
    byte[] der = PeerCertificate.create(hostKey, RANDOM, NOW).der().toArray();
    assertDoesNotThrow(() -> PeerCertificateVerifier.verify(List.of(der), NOW - DAY));
    assertDoesNotThrow(() -> PeerCertificateVerifier.verify(List.of(der), NOW + 36_000 * DAY));
    assertEquals(Reason.EXPIRED, refusal(der, NOW - DAY - 1000));
    assertEquals(Reason.EXPIRED, refusal(der, NOW + 37_000 * DAY));
  }

  @Test
  void exactlyOneCertificateIsAccepted() {
    byte[] der = PeerCertificate.create(hostKey, RANDOM, NOW).der().toArray();
    for (List<byte[]> chain : List.of(List.<byte[]>of(), List.of(der, der))) {
      PeerCertificateException refused = assertThrows(
          PeerCertificateException.class, () -> PeerCertificateVerifier.verify(chain, NOW));
      assertEquals(Reason.CHAIN_LENGTH, refused.reason());
    }
  }

  @Test
  void noDamagedByteGoesUnnoticed() {
    byte[] der = PeerCertificate.create(hostKey, RANDOM, NOW).der().toArray();
    for (int i = 0; i < der.length; i++) {
      byte[] damaged = der.clone();
      damaged[i] ^= 0x21;
      refusal(damaged, NOW);
    }
  }

  @Test
  void noTruncationGoesUnnoticed() {
    byte[] der = PeerCertificate.create(hostKey, RANDOM, NOW).der().toArray();
    for (int length = 0; length < der.length; length++) {
      assertEquals(Reason.MALFORMED, refusal(java.util.Arrays.copyOf(der, length), NOW));
    }
    assertEquals(Reason.MALFORMED, refusal(java.util.Arrays.copyOf(der, der.length + 1), NOW));
    assertEquals(
        Reason.MALFORMED,
        refusal(new byte[PeerCertificateVerifier.MAX_CERTIFICATE_BYTES + 1], NOW));
  }

  @Test
  void extensionsAreJudgedByTheSpecification() throws Exception {
    CertificateForge forge = new CertificateForge(hostKey);
    byte[] other = DerWriter.octetString(new byte[] {5, 0});
    byte[] critical = DerWriter.element(Der.BOOLEAN, new byte[] {-1});
    byte[] unknown = DerWriter.oid("1.2.3.4");
    byte[] libp2p = forge.libp2pExtension(false);

    assertDoesNotThrow(() -> forge.verify(forge.build(forge.libp2pExtension(true)), NOW));
    assertDoesNotThrow(
        () -> forge.verify(forge.build(libp2p, DerWriter.sequence(unknown, other)), NOW));
    assertEquals(
        Reason.UNKNOWN_CRITICAL_EXTENSION,
        refusal(forge.build(libp2p, DerWriter.sequence(unknown, critical, other)), NOW));
    assertEquals(Reason.MALFORMED, refusal(forge.build(libp2p, libp2p), NOW));
    assertEquals(Reason.MALFORMED, refusal(forge.build(DerWriter.sequence(unknown, other)), NOW));

    byte[] usage = DerWriter.oid(Der.KEY_USAGE);
    byte[] signing = DerWriter.octetString(new byte[] {3, 2, 7, (byte) 0x80});
    byte[] encrypting = DerWriter.octetString(new byte[] {3, 2, 5, 0x20});
    assertDoesNotThrow(
        () -> forge.verify(forge.build(libp2p, DerWriter.sequence(usage, critical, signing)), NOW));
    assertEquals(
        Reason.MALFORMED,
        refusal(forge.build(libp2p, DerWriter.sequence(usage, critical, encrypting)), NOW));

    List<byte[]> many = new ArrayList<>(List.of(libp2p));
    for (int i = 0; i < 16; i++) {
      many.add(DerWriter.sequence(DerWriter.oid("1.2.3." + i), other));
    }
    assertEquals(Reason.MALFORMED, refusal(forge.build(many.toArray(byte[][]::new)), NOW));
  }

  @Test
  void aHostKeyThatSignedAnotherCertificateIsRefused() throws Exception {
    CertificateForge genuine = new CertificateForge(hostKey);
    CertificateForge thief = new CertificateForge(hostKey);
    assertEquals(
        Reason.BAD_HOST_SIGNATURE, refusal(thief.build(genuine.libp2pExtension(false)), NOW));
  }

  @Test
  void aCertificateSignedByAnotherKeyIsRefused() throws Exception {
    CertificateForge forge = new CertificateForge(hostKey);
    byte[] signedByOther = forge.buildSignedBy(new CertificateForge(hostKey));
    assertEquals(Reason.BAD_SELF_SIGNATURE, refusal(signedByOther, NOW));
  }

  @Test
  void rsaAndEd25519CertificatesAreAccepted() throws Exception {
    for (String[] algorithm : new String[][] {
      {"RSA", "SHA256withRSA", Der.RSA_SHA256},
      {"Ed25519", "Ed25519", Der.ED25519},
      {"EC", "SHA384withECDSA", Der.ECDSA_SHA384}
    }) {
      CertificateForge forge =
          new CertificateForge(hostKey, algorithm[0], algorithm[1], algorithm[2]);
      byte[] der = forge.build(forge.libp2pExtension(false));
      assertEquals(hostKey.publicKey(), forge.verify(der, NOW), algorithm[0]);
    }
  }

  @Test
  void sha1AndShortRsaKeysAreRefused() throws Exception {
    CertificateForge sha1 =
        new CertificateForge(hostKey, "RSA", "SHA1withRSA", "1.2.840.113549.1.1.5");
    assertEquals(
        Reason.UNSUPPORTED_ALGORITHM, refusal(sha1.build(sha1.libp2pExtension(false)), NOW));
    CertificateForge small =
        new CertificateForge(hostKey, "RSA1024", "SHA256withRSA", Der.RSA_SHA256);
    assertEquals(
        Reason.UNSUPPORTED_ALGORITHM, refusal(small.build(small.libp2pExtension(false)), NOW));
  }
}
