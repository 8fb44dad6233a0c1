package org.openagi.p2p.messaging.inbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.Seal;

/**
 * The bundles of a stream that were not verified yet: the one whose chunks still come, those that wait for their seal, and
 * how many are with the verifier. Confined to the stream's executor.
 */
final class OpenBundles {
  /** Bundles with the verifier from which on no credit is given. */
  static final int PAUSE_VERIFYING = 32;

  /** Bundles with the verifier that are a violation. */
  static final int MAX_VERIFYING = 4096;

  /** A bundle whose chunks are all here. */
  static final class Bundle {
    final long first;
    final long count;
    final byte[] digest;
    final List<ChunkTask> held;
    private final long frameBytes;

    private Bundle(BundleDigest ended, List<ChunkTask> held) {
      this.first = ended.first();
      this.count = ended.count();
      this.frameBytes = ended.frameBytes();
      this.digest = ended.end();
      this.held = held;
    }
  }

  private final PeerId sender;
  private final long maxUnsealedBytes;
  private final BundleDigest current = new BundleDigest();
  private List<ChunkTask> held = List.of();
  private final ArrayDeque<Bundle> unsealed = new ArrayDeque<>();
  private long unsealedBytes;
  private int verifying;

  OpenBundles(PeerId sender, long maxUnsealedBytes) {
    this.sender = sender;
    this.maxUnsealedBytes = maxUnsealedBytes;
  }

  /** A chunk came. */
  void add(ChunkHeader header, byte[] body) throws ProtocolViolationException {
    boolean starts = header.has(ChunkHeader.START);
    if (!starts && current.chunks() == 0) throw violation("chunk outside of a bundle");
    if (starts && current.chunks() > 0) unsealed.addLast(endCurrent());
    long before = current.frameBytes();
    current.addBody(body, header.first(), header.count());
    unsealedBytes += current.frameBytes() - before;
    if (unsealedBytes > maxUnsealedBytes) {
      throw violation(unsealedBytes + " bytes without a seal, allowed are " + maxUnsealedBytes);
    }
  }

  /** Keeps the chunk that came last until its bundle is verified. */
  void hold(ChunkTask task) {
    if (held.isEmpty()) held = new ArrayList<>();
    held.add(task);
  }

  /** A seal came. Returns the bundle it is said to be of, which goes to the verifier. */
  Bundle seal(Seal seal) throws ProtocolViolationException {
    Bundle next = unsealed.pollFirst();
    if (next == null) {
      if (current.chunks() == 0) throw violation("seal without a bundle");
      next = endCurrent();
    }
    if (seal.first() != next.first || seal.count() != next.count) {
      throw violation("seal over " + seal.count() + " from " + seal.first() + ", the bundle has "
          + next.count + " from " + next.first);
    }
    if (++verifying > MAX_VERIFYING) throw violation("too many seals at a time");
    unsealedBytes -= next.frameBytes;
    return next;
  }

  /** The verifier is done with one. */
  void onVerified() {
    verifying--;
  }

  private Bundle endCurrent() {
    Bundle ended = new Bundle(current, held);
    held = List.of();
    return ended;
  }

  /** Whether every chunk has its seal. */
  boolean areSealed() {
    return current.chunks() == 0 && unsealed.isEmpty();
  }

  boolean areVerified() {
    return verifying == 0;
  }

  /** Whether the verifier is so far behind that the sender is to pause. */
  boolean areMany() {
    return verifying >= PAUSE_VERIFYING;
  }

  void clear() {
    held = List.of();
    unsealed.clear();
  }

  private ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        Scope.STREAM, "from " + sender.shortString() + ": " + what);
  }
}
