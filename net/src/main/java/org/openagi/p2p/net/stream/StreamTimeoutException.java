package org.openagi.p2p.net.stream;

import java.io.IOException;

/**
 * A read or write did not get on within its time limit. The stream is unharmed: the call may be
 * repeated. A write that timed out may have taken a part of its bytes, {@link #transferredBytes}.
 */
public final class StreamTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int transferredBytes;

  /** Creates one with the number of bytes that were written before the time was over. */
  public StreamTimeoutException(String message, int transferredBytes) {
    super(message);
    this.transferredBytes = transferredBytes;
  }

  /** Bytes the call wrote before its time was over; 0 for a read. */
  public int transferredBytes() {
    return transferredBytes;
  }
}
