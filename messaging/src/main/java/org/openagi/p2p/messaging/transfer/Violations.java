package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** The words for what the other side must not do. */
final class Violations {
  private Violations() {}

  static ProtocolViolationException unexpected(int type) {
    return of(String.format("frame 0x%02x is not expected now", type));
  }

  static ProtocolViolationException after(String last, int type) {
    return of(String.format("frame 0x%02x after %s", type, last));
  }

  static ProtocolViolationException of(String message) {
    return WireReader.violation(message);
  }
}
