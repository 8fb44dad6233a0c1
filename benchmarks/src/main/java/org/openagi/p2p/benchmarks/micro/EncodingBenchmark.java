package org.openagi.p2p.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.multiformats.Varint;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Numbers and addresses. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodingBenchmark {
  private static final String ADDRESS =
      "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

  /** One, two and five bytes. */
  @Param({"100", "10000", "4000000000"})
  public long number;

  private final ByteBuffer buffer = ByteBuffer.allocate(Varint.MAX_BYTES);
  private final Bytes address = Multiaddr.parse(ADDRESS).toBytes();

  @Benchmark
  public long varint() throws ProtocolViolationException {
    buffer.clear();
    Varint.write(number, buffer);
    buffer.flip();
    return Varint.read(buffer);
  }

  @Benchmark
  public Multiaddr parseMultiaddr() {
    return Multiaddr.parse(ADDRESS);
  }

  @Benchmark
  public Multiaddr readMultiaddr() throws ProtocolViolationException {
    return Multiaddr.fromBytes(address);
  }
}
