package org.openagi.p2p.wire.multistream;

/**
 * Bounds of one negotiation. All are compiled in: they belong to the protocol's shape, and no
 * deployment gains by changing them.
 */
public final class MultistreamLimits {
  /**
   * Longest line in bytes, its newline included. js-libp2p and go-multistream refuse longer ones as
   * well, so a longer protocol id would not be portable.
   */
  public static final int MAX_LINE_BYTES = 1024;

  /** Longest protocol id in bytes of UTF-8. */
  public static final int MAX_PROTOCOL_BYTES = MAX_LINE_BYTES - 1;

  /**
   * Most requests (proposals and {@code ls}) of one negotiation. An honest peer proposes one to four
   * protocols; sixteen leaves room for a long list of versions and still ends a guessing peer after
   * 16 KiB.
   */
  public static final int MAX_PROPOSALS = 16;

  /** Longest {@code ls} answer in bytes; ids that do not fit are left out. */
  public static final int MAX_LIST_BYTES = MAX_LINE_BYTES;

  /**
   * Most bytes one side reads in one negotiation: the header line and {@link #MAX_PROPOSALS} longest
   * lines, each with its 2-byte length.
   */
  public static final int MAX_NEGOTIATION_BYTES = (MAX_PROPOSALS + 1) * (MAX_LINE_BYTES + 2);

  private MultistreamLimits() {}
}
