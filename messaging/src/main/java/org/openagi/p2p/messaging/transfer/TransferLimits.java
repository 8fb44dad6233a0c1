package org.openagi.p2p.messaging.transfer;

/**
 * Numbers both ends must agree on.
 *
 * @see "docs/wire/transfer-1.0.md, section 7"
 */
public final class TransferLimits {
  /** The protocol id that is negotiated for each stream. */
  public static final String PROTOCOL_ID = "/openagi/transfer/1.0.0";

  /** Version in OFFER and ACCEPT. */
  public static final int VERSION = 1;

  /** A digest of everything so far follows whenever this much of the content is complete. */
  public static final int BLOCK_BYTES = 1 << 20;

  /** Largest body of a frame, so also the most content in one. */
  public static final int MAX_BODY_BYTES = 64 << 10;

  /** Type and length of a frame: 1 + 3 bytes for the largest body. */
  public static final int MAX_FRAME_HEADER_BYTES = 4;

  /** Largest body of an OFFER, which is read before its sender is known to be welcome. */
  public static final int MAX_OFFER_BYTES = 4096;

  /** Longest name, bytes of UTF-8. */
  public static final int MAX_NAME_BYTES = 255;

  /** Longest content type, bytes. */
  public static final int MAX_CONTENT_TYPE_BYTES = 127;

  /** Longest text of a refusal, bytes of UTF-8. */
  public static final int MAX_TEXT_BYTES = 256;

  /** Longest signature: RSA with 8192 bits. */
  public static final int MAX_SIGNATURE_BYTES = 1024;

  /** Most bytes of options in an OFFER. */
  public static final int MAX_OPTIONS_BYTES = 1024;

  /** Largest content: 2^60 bytes. */
  public static final long MAX_SIZE_BYTES = 1L << 60;

  private TransferLimits() {}
}
