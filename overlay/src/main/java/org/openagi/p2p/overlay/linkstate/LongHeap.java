package org.openagi.p2p.overlay.linkstate;

import java.util.Arrays;

/** Non-negative longs, the least first. */
final class LongHeap {
  private long[] heap;
  private int size;

  LongHeap(int sizeHint) {
    heap = new long[Math.max(2, sizeHint)];
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long value) {
    if (size == heap.length) heap = Arrays.copyOf(heap, 2 * size);
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent] <= value) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = value;
  }

  long removeLeast() {
    long least = heap[0];
    long moved = heap[--size];
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= moved) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
    return least;
  }
}
