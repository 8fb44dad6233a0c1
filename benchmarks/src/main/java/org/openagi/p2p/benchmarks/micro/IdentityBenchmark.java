package org.openagi.p2p.benchmarks.micro;

import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.SignedEnvelope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Signatures and the records that carry them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class IdentityBenchmark {
  private static final String DOMAIN = "benchmark";
  private static final int MESSAGE_BYTES = 256;
  private HostKey key = HostKey.generate(new SecureRandom());
  private Bytes message = Bytes.EMPTY;
  private Bytes signature = Bytes.EMPTY;
  private Bytes envelope = Bytes.EMPTY;
  private String peerId = "";

  /** Makes what the benchmarks read. */
  @Setup
  public void prepare() {
    var random = new SecureRandom();
    key = HostKey.generate(random);
    var bytes = new byte[MESSAGE_BYTES];
    random.nextBytes(bytes);
    message = Bytes.wrap(bytes);
    signature = key.sign(message);
    envelope = SignedEnvelope.seal(key, DOMAIN, Bytes.fromHex("0301"), message).encode();
    peerId = key.peerId().toString();
  }

  @Benchmark
  public Bytes sign() {
    return key.sign(message);
  }

  @Benchmark
  public boolean verify() {
    return key.publicKey().verify(message, signature);
  }

  @Benchmark
  public SignedEnvelope openEnvelope() throws ProtocolViolationException {
    return SignedEnvelope.open(envelope, DOMAIN);
  }

  @Benchmark
  public PeerId parsePeerId() {
    return PeerId.parse(peerId);
  }
}
