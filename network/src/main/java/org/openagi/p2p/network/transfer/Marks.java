package org.openagi.p2p.network.transfer;

import java.util.ArrayDeque;
import java.util.Deque;
import org.openagi.p2p.messaging.transfer.ContentDigest;

/**
 * Digests of the content at the places where a sender may have to go on: with them it need not read
 * what is before. Guarded by its owner.
 */
final class Marks {
  /** One for each MiB under way; a window of 16 MiB and a disk that is 16 MiB behind make half. */
  static final int MAX = 64;

  private final Deque<ContentDigest> digests = new ArrayDeque<>();

  /** Adds one that is behind all others, or forgets those that are not before it. */
  void add(ContentDigest digest) {
    while (!digests.isEmpty() && digests.getLast().position() >= digest.position())
      digests.removeLast();
    if (digests.size() == MAX) digests.removeFirst();
    digests.addLast(digest);
  }

  /** The recipient has so much: what is before the last mark up to there is not needed. */
  void onDurable(long offset) {
    while (digests.size() > 1) {
      ContentDigest first = digests.removeFirst();
      if (digests.getFirst().position() > offset) {
        digests.addFirst(first);
        return;
      }
    }
  }

  /** A copy of the last one up to an offset, or of the empty content's. */
  ContentDigest before(long offset) {
    ContentDigest found = new ContentDigest();
    for (ContentDigest each : digests) if (each.position() <= offset) found = each.copy();
    return found;
  }

  void clear() {
    digests.clear();
  }

  int size() {
    return digests.size();
  }
}
