package org.openagi.p2p.protocols.mdns;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Reads and writes DNS messages (RFC 1035 section 4, RFC 6762 section 18). Stateless.
 *
 * <p>Everything that a sender chooses is bounded before it is allocated; see the constants. A
 * message that breaks a bound or the format is refused as a whole.
 */
public final class DnsCodec {

  /** Bytes of a message, at most (RFC 6762 section 17). */
  public static final int MAX_MESSAGE_BYTES = 9000;

  /** Questions in a message, at most. Queriers of this field ask one to a handful. */
  public static final int MAX_QUESTIONS = 32;

  /**
   * Records in a message, at most, all sections together. A querier that knows 190 peers sends as
   * many known answers in the largest message it may send.
   */
  public static final int MAX_RECORDS = 256;

  /** Compression pointers followed in one name, at most; encoders need one or two. */
  public static final int MAX_POINTERS = 16;

  /**
   * Bytes of all decoded names and texts together, at most. Pointers let a message of 9000 bytes
   * claim megabytes of names; honest messages expand two- or threefold.
   */
  public static final int MAX_DECODED_BYTES = 32 * 1024;

  /** Strings in one TXT record, at most. */
  public static final int MAX_TXT_STRINGS = 64;

  private DnsCodec() {}

  /**
   * Reads one message that fills the datagram; bytes after the last record are ignored.
   *
   * @throws ProtocolViolationException if it is malformed or breaks a limit
   */
  public static DnsMessage decode(Bytes datagram) throws ProtocolViolationException {
    return new DnsReader(datagram).message();
  }

  /**
   * Writes a message, with names compressed.
   *
   * @throws IllegalArgumentException if it exceeds {@link #MAX_MESSAGE_BYTES} or has a record that
   *     was skipped when it was read
   */
  public static Bytes encode(DnsMessage message) {
    return new DnsWriter().message(message);
  }
}
