package org.openagi.p2p.testkit;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * An allocator that remembers what it gave out, to assert at the end of a test that everything was released:
 *
 * <pre>{@code
 * try (BufferLeaks buffers = new BufferLeaks()) {
 *   channel.config().setAllocator(buffers.allocator());
 *   …
 * } // throws AssertionError if a buffer is still alive
 * }</pre>
 *
 * <p>Safe for any thread; the check has to come after all others are done.
 */
public final class BufferLeaks implements AutoCloseable {
  private final List<ByteBuf> handedOut = new ArrayList<>();
  private final TrackingAllocator allocator = new TrackingAllocator();

  /** Returns the allocator to use in the test. */
  public AbstractByteBufAllocator allocator() {
    return allocator;
  }

  /** Returns how many buffers are still alive. */
  public int alive() {
    synchronized (handedOut) {
      handedOut.removeIf(buffer -> buffer.refCnt() == 0);
      return handedOut.size();
    }
  }

  /**
   * Asserts that all buffers were released.
   *
   * @throws AssertionError listing those that were not
   */
  public void assertAllReleased() {
    if (alive() == 0) return;
    synchronized (handedOut) {
      throw new AssertionError(handedOut.size() + " buffers not released: " + handedOut);
    }
  }

  /** Asserts that all buffers were released. */
  @Override
  public void close() {
    assertAllReleased();
  }

  /**
   * Asserts that {@code buffers} were all released.
   *
   * @throws AssertionError naming the first that was not
   */
  public static void assertReleased(ByteBuf... buffers) {
    for (int i = 0; i < buffers.length; i++) {
      if (buffers[i].refCnt() != 0) {
        throw new AssertionError(
            "buffer " + i + " has " + buffers[i].refCnt() + " references: " + buffers[i]);
      }
    }
  }

  private <T extends ByteBuf> T remember(T buffer) {
    synchronized (handedOut) {
      handedOut.add(buffer);
    }
    return buffer;
  }

  private final class TrackingAllocator extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator source = new UnpooledByteBufAllocator(false);

    TrackingAllocator() {
      super(false);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return remember(source.heapBuffer(initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return remember(source.directBuffer(initialCapacity, maxCapacity));
    }

    @Override
    public CompositeByteBuf compositeHeapBuffer(int maxNumComponents) {
      return remember(super.compositeHeapBuffer(maxNumComponents));
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer(int maxNumComponents) {
      return remember(super.compositeDirectBuffer(maxNumComponents));
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
