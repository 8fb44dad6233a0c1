package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;

class BestProviderTest {
  private static final BestProvider.Candidate UNLOADABLE =
      new BestProvider.Candidate("unloadable", () -> {
        throw new UnsatisfiedLinkError("no native library for this machine");
      });

  @Test
  void choosesConscryptHereAndOnce() {
    assertEquals("conscrypt", CryptoProvider.best().name());
    assertSame(CryptoProvider.best(), CryptoProvider.best());
  }

  @Test
  void fallsBackWhenTheNativeLibraryIsMissing() {
    CryptoProvider chosen = BestProvider.choose(List.of(
        UNLOADABLE, new BestProvider.Candidate("bouncycastle", BouncyCastleCryptoProvider::new)));
    assertEquals("bouncycastle", chosen.name());
  }

  @Test
  void saysWhenNothingWorks() {
    assertThrows(
        IllegalStateException.class, () -> BestProvider.choose(List.of(UNLOADABLE, UNLOADABLE)));
  }

  @Test
  void preparedKeysServeManyThreadsAtOnce() throws Exception {
    Ed25519Signer signer = CryptoProvider.best().ed25519Signer(Bytes.wrap(new byte[32]));
    Ed25519Verifier verifier = CryptoProvider.best().ed25519Verifier(signer.publicKey());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = IntStream.range(0, 200)
          .mapToObj(i -> threads.submit(() -> {
            byte[] message = {(byte) i};
            Bytes signature = signer.sign(message, 0, 1);
            byte[] other = {(byte) (i + 1)};
            return verifier.verify(message, 0, 1, signature)
                && !verifier.verify(other, 0, 1, signature);
          }))
          .toList();
      for (var result : results) assertEquals(true, result.get());
    }
  }
}
