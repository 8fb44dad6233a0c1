package org.openagi.p2p.network.overlay;

import org.jspecify.annotations.Nullable;

/**
 * The two streams that each side of a link opens: small frames must not wait behind parcels.
 *
 * @see "docs/wire/overlay-1.0.md, section 2"
 */
enum Channel {
  /** Everything but parcels. */
  CONTROL(0, 1 << 20),
  /** Parcels and what is said of them. */
  PARCELS(1, 2 << 20);

  /** From this type on frames go over {@link #PARCELS}. */
  private static final int FIRST_PARCEL_TYPE = 0x50;

  private final int number;
  private final int maxWaitingBytes;

  Channel(int number, int maxWaitingBytes) {
    this.number = number;
    this.maxWaitingBytes = maxWaitingBytes;
  }

  /** Number on the wire. */
  int number() {
    return number;
  }

  /** Most bytes that wait to be written; what comes beyond them is dropped and counted. */
  int maxWaitingBytes() {
    return maxWaitingBytes;
  }

  static Channel ofFrame(int type) {
    return (type & 0x7f) >= FIRST_PARCEL_TYPE ? PARCELS : CONTROL;
  }

  /** Null for a number that is none. */
  static @Nullable Channel ofNumber(int number) {
    return number == 0 ? CONTROL : number == 1 ? PARCELS : null;
  }
}
