package org.openagi.p2p.benchmarks.micro;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.wire.noise.ChaChaPoly;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseHandshake;
import org.openagi.p2p.wire.noise.NoiseIdentity;
import org.openagi.p2p.wire.noise.NoiseTransport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One Noise transport frame sealed by one side and opened by the other. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NoiseFrameBenchmark {
  /** A lone small message, a middle one, a usual and the largest frame. */
  @Param({"76", "1024", "16384", "65519"})
  public int plaintextBytes;

  private final ChaChaPoly aead =
      new ChaChaPoly(CryptoProvider.best().jcaProvider().orElse(null));
  private final byte[] plaintext = new byte[NoiseTransport.MAX_PLAINTEXT_BYTES];
  private final byte[] frame = new byte[NoiseTransport.MAX_MESSAGE_BYTES];
  private NoiseTransport sender;
  private NoiseTransport receiver;

  /** Shakes hands, so that the fields are never without a session. */
  public NoiseFrameBenchmark() {
    var random = new SecureRandom();
    random.nextBytes(plaintext);
    try {
      NoiseHandshake dialer =
          NoiseHandshake.initiator(identity(random), Optional.empty(), List.of(), aead, random);
      NoiseHandshake listener =
          NoiseHandshake.responder(identity(random), Optional.empty(), List.of(), aead, random);
      byte[] second = listener.onMessage(dialer.start()).orElseThrow();
      listener.onMessage(dialer.onMessage(second).orElseThrow());
      sender = dialer.finish().transport();
      receiver = listener.finish().transport();
    } catch (NoiseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Warms both ciphers. */
  @Setup
  public void prepare() throws NoiseException {
    sealAndOpen();
  }

  @Benchmark
  public int sealAndOpen() throws NoiseException {
    int sealed = sender.seal(aead, plaintext, 0, plaintextBytes, frame, 0);
    return receiver.open(aead, frame, 0, sealed, frame, 0);
  }

  private static NoiseIdentity identity(SecureRandom random) {
    return NoiseIdentity.create(HostKey.generate(random), CryptoProvider.best(), random);
  }
}
