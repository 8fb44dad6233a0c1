package org.openagi.p2p.core.crypto;

import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the implementation, once per process. */
final class BestProvider {
  static final CryptoProvider INSTANCE;

  private static final Logger LOG = LoggerFactory.getLogger(CryptoProvider.class);

  /** In the order of speed; each is loaded only if those before it failed. */
  private static final List<Candidate> CANDIDATES = List.of(
      new Candidate("conscrypt", JcaCryptoProvider::conscrypt),
      new Candidate("bouncycastle", BouncyCastleCryptoProvider::new),
      new Candidate("jdk", JcaCryptoProvider::jdk));

  static {
    INSTANCE = choose(CANDIDATES);
  }

  record Candidate(String name, Supplier<CryptoProvider> factory) {}

  private BestProvider() {}

  static CryptoProvider choose(List<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      try {
        CryptoProvider provider = candidate.factory().get();
        SelfTest.run(provider);
        LOG.atInfo().addKeyValue("provider", provider.name()).log("Ed25519 and X25519 chosen");
        return provider;
      } catch (RuntimeException | LinkageError e) {
        // A missing native library shows as LinkageError; the next candidate needs none.
        LOG.atInfo()
            .addKeyValue("provider", candidate.name())
            .addKeyValue("cause", e.toString())
            .log("Ed25519 and X25519 implementation passed over");
      }
    }
    throw new IllegalStateException(
        "no implementation of Ed25519 and X25519 passed its self-test; run on JDK 21 or newer with the"
            + " dependencies of this library");
  }
}
