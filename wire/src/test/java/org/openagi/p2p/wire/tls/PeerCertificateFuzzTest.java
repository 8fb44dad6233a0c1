package org.openagi.p2p.wire.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class PeerCertificateFuzzTest {
  /** Any bytes are verified or refused with a reason, never with another exception. */
  @FuzzTest
  void verify(byte[] input) {
    try {
      PeerCertificateVerifier.verify(List.of(input), 1_790_000_000_000L);
    } catch (PeerCertificateException e) {
      // Refused, as most inputs should be.
    }
  }

  /** The same behind the parser, where a mutated signature or key is worth trying. */
  @FuzzTest
  void parse(byte[] input) {
    try {
      ParsedCertificate certificate = ParsedCertificate.parse(input);
      CertificateSignature.requireSelfSigned(certificate);
    } catch (PeerCertificateException e) {
      // Refused, as most inputs should be.
    }
  }
}
