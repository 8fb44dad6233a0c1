package org.openagi.p2p.overlay;

/**
 * How much of what peers made it remember a machine holds.
 *
 * @param name what it is
 * @param size entries or bytes now
 * @param bound most that there may be
 */
public record TableSize(String name, long size, long bound) {
  /** Whether there is more than there may be. */
  public boolean isExceeded() {
    return size > bound;
  }
}
