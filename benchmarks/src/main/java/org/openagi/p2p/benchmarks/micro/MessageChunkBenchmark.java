package org.openagi.p2p.benchmarks.micro;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Messages of 64 random bytes encoded into a chunk, uncompressed; time for each message. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessageChunkBenchmark {
  private static final int MESSAGES = 512;
  private static final long TIME = 1_700_000_000_000L;
  private final NetworkMessage[] messages = new NetworkMessage[MESSAGES];
  private final ChunkEncoder encoder = new ChunkEncoder();

  /** Makes the messages. */
  public MessageChunkBenchmark() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < MESSAGES; i++) {
      var payload = new byte[64];
      random.nextBytes(payload);
      messages[i] = NetworkMessage.data("peer", Bytes.wrap(payload));
    }
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public int encode() {
    encoder.begin(1, TIME);
    for (NetworkMessage message : messages) encoder.addMessage(message, TIME, 0);
    encoder.finish(true, null);
    return encoder.frameLength();
  }
}
