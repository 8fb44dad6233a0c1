package org.openagi.p2p.messaging.outbox;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;

/** What a lane counts, over all its streams. Written by the lane; others may read what is a little old. */
final class SendCounters {
  long messagesSent;
  long messagesAcknowledged;
  long messagesExpired;
  long messagesRefused;
  long sealsSent;
  long payloadBytesSent;
  long frameBytesSent;
  private long compressedFromBytes;
  private long compressedToBytes;
  private @Nullable AdaptiveCompression compression;

  /** A stream begins that compresses so; what the one before did still counts. */
  void onCompression(@Nullable AdaptiveCompression next) {
    AdaptiveCompression before = compression;
    if (before != null) {
      compressedFromBytes += before.rawBytes();
      compressedToBytes += before.packedBytes();
    }
    compression = next;
  }

  SendStats snapshot() {
    AdaptiveCompression current = compression;
    return new SendStats(
        messagesSent,
        messagesAcknowledged,
        messagesExpired,
        messagesRefused,
        sealsSent,
        payloadBytesSent,
        frameBytesSent,
        compressedFromBytes + (current == null ? 0 : current.rawBytes()),
        compressedToBytes + (current == null ? 0 : current.packedBytes()));
  }
}
