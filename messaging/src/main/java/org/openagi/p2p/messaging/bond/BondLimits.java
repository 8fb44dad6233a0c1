package org.openagi.p2p.messaging.bond;

import org.openagi.p2p.messaging.Lane;

/**
 * Numbers both ends of a bond must agree on.
 *
 * @see "docs/wire/bond-1.0.md, section 5"
 */
public final class BondLimits {
  /** The protocol id that is negotiated for each path. */
  public static final String PROTOCOL_ID = "/openagi/bond/1.0.0";

  /** Version in OPEN, JOIN and WELCOME. */
  public static final int VERSION = 1;

  /** Most payload of one segment. */
  public static final int MAX_SEGMENT_BYTES = 256 << 10;

  /** Most segments from the first that is missing to the last that was sent. */
  public static final int MAX_SEGMENTS = 4096;

  /** What each end takes before it has said how much. */
  public static final int INITIAL_WINDOW_BYTES = 1 << 20;

  /** Most bytes that an end lets wait for a gap before them, or for who reads them. */
  public static final int MAX_WINDOW_BYTES = 8 << 20;

  /** Most paths of one bond at a time. */
  public static final int MAX_PATHS = 8;

  /** Bonds that one peer may have open here: one for each lane, and as many that are dying. */
  public static final int MAX_BONDS = 2 * Lane.COUNT;

  /** Largest number of a path. */
  public static final long MAX_PATH_NUMBER = 1L << 30;

  /** No bond carries more. */
  public static final long MAX_OFFSET = 1L << 60;

  private BondLimits() {}
}
