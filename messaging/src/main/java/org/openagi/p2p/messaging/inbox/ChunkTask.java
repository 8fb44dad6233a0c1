package org.openagi.p2p.messaging.inbox;

import org.openagi.p2p.messaging.codec.ChunkHeader;

/** A chunk that waits for its lane's drain. Immutable. */
final class ChunkTask {
  private final ChunkHeader header;
  private final byte[] body;
  private final int wireBytes;
  private final long arrivalNanos;
  private final long lifetimeMillis;
  private final String senderName;

  /**
   * A task.
   *
   * @param header the chunk's header
   * @param body the frame's body, header included; the task's to keep
   * @param wireBytes credit to give back when it is done with
   * @param arrivalNanos when it was received
   * @param lifetimeMillis of its messages that don't say otherwise
   * @param senderName what its sender is called
   */
  ChunkTask(
      ChunkHeader header,
      byte[] body,
      int wireBytes,
      long arrivalNanos,
      long lifetimeMillis,
      String senderName) {
    this.header = header;
    this.body = body;
    this.wireBytes = wireBytes;
    this.arrivalNanos = arrivalNanos;
    this.lifetimeMillis = lifetimeMillis;
    this.senderName = senderName;
  }

  ChunkHeader header() {
    return header;
  }

  byte[] body() {
    return body;
  }

  int wireBytes() {
    return wireBytes;
  }

  long arrivalNanos() {
    return arrivalNanos;
  }

  long lifetimeMillis() {
    return lifetimeMillis;
  }

  String senderName() {
    return senderName;
  }
}
