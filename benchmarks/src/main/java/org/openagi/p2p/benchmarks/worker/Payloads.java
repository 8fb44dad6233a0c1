package org.openagi.p2p.benchmarks.worker;

import java.util.SplittableRandom;

/**
 * Random payloads that cost little to make: slices of one random block, different from message to
 * message. The block is so long that no slice comes twice within what a compressor can look back, so
 * the payloads are as incompressible as fresh random bytes. Confined to one thread.
 */
public final class Payloads {
  /** Longer than any bundle of small messages; small enough to stay in a processor's cache. */
  private static final int SMALL_BLOCK_BYTES = 1 << 22;

  private static final int LARGE_BLOCK_BYTES = 1 << 25;
  private final byte[] block;
  private final int sizeBytes;
  private int next;

  public Payloads(int sizeBytes) {
    this.sizeBytes = sizeBytes;
    this.block = new byte[sizeBytes <= 1024 ? SMALL_BLOCK_BYTES : LARGE_BLOCK_BYTES];
    new SplittableRandom(sizeBytes).nextBytes(block);
  }

  /** The random block; never to be modified. */
  public byte[] block() {
    return block;
  }

  /** Moves on to the next payload and returns its offset in {@link #block}. */
  public int next() {
    int offset = next;
    next = offset + sizeBytes;
    if (next > block.length - sizeBytes) next = 0;
    return offset;
  }
}
