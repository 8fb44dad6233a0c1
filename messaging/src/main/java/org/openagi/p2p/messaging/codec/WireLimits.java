package org.openagi.p2p.messaging.codec;

/**
 * Numbers both ends must agree on.
 *
 * @see "docs/wire/message-1.0.md, section 5"
 */
public final class WireLimits {
  /** The protocol id that is negotiated for each stream. */
  public static final String PROTOCOL_ID = "/openagi/message/1.0.0";

  /** Version in HELLO and HELLO_ACK. */
  public static final int VERSION = 1;

  /** Largest content of a chunk before compression. */
  public static final int MAX_CONTENT_BYTES = 1 << 20;

  /** Largest body of a frame: a chunk with its header. */
  public static final int MAX_BODY_BYTES = MAX_CONTENT_BYTES + 4096;

  /** Type and length of a frame: 1 + 3 bytes for the largest body. */
  public static final int MAX_FRAME_HEADER_BYTES = 4;

  /** Most exceptions in one acknowledgement. */
  public static final int MAX_EXCEPTIONS = 1024;

  /** Longest text of an exception or a refusal, bytes of UTF-8. */
  public static final int MAX_TEXT_BYTES = 256;

  /** Longest signature: RSA with 8192 bits. */
  public static final int MAX_SIGNATURE_BYTES = 1024;

  /** Most bytes of options in an entry. */
  public static final int MAX_OPTIONS_BYTES = 1024;

  /** Longest lifetime of a message, milliseconds. */
  public static final long MAX_LIFETIME_MILLIS = 1L << 40;

  /** The largest message number; a lane that reaches it needs a new epoch, after 10^18 messages. */
  public static final long MAX_NUMBER = 1L << 60;

  /** Bit of the features of HELLO and HELLO_ACK: chunks may need the dictionary that every node has. */
  public static final int FEATURE_DICTIONARY = 0x0001;

  /** What a recipient must accept without a seal, at least. */
  public static final long MIN_UNSEALED_BYTES = 2L << 20;

  private WireLimits() {}
}
