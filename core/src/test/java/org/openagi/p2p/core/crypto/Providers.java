package org.openagi.p2p.core.crypto;

import java.util.stream.Stream;

/** All implementations, for tests that demand the same answers of each. */
final class Providers {
  private Providers() {}

  static Stream<CryptoProvider> all() {
    return Stream.of(
        JcaCryptoProvider.conscrypt(), new BouncyCastleCryptoProvider(), JcaCryptoProvider.jdk());
  }
}
