package org.openagi.p2p.overlay.relay;

import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Something sealed for one recipient that travels over any number of hops. Who sent it is known to the recipient alone.
 *
 * @param id 16 random bytes that its sender drew; a repetition draws another one
 * @param to the recipient
 * @param ttl hops left, 1 to 255: decremented at each hop, refused at 0
 * @param lifetimeMillis how much longer it is worth anything, 1 to 2^40; who keeps it subtracts the time it was kept
 * @param keep whether a node of type STORAGE may keep it while the recipient is away
 * @param trail the hops so far, the sender first: each relay adds itself. For people; nothing proves it
 * @param sealed readable by the recipient only, at most {@link #MAX_SEALED_BYTES} bytes
 */
public record Parcel(
    Bytes id,
    PeerId to,
    int ttl,
    long lifetimeMillis,
    boolean keep,
    List<Hop> trail,
    Bytes sealed) {
  /** Bytes of an id. */
  public static final int ID_BYTES = 16;

  /** Longest sealed content. */
  public static final int MAX_SEALED_BYTES = 320 << 10;

  /** Longest lifetime, some 34 years. */
  public static final long MAX_LIFETIME_MILLIS = 1L << 40;

  /** Longest time that a hop notes. */
  public static final long MAX_HELD_MICROS = 1L << 42;

  /** Longest trail; hops beyond it are not noted. */
  public static final int MAX_TRAIL = 32;

  /**
   * A node that a parcel passed.
   *
   * @param node who
   * @param heldMicros how long the parcel was there, from its arrival to its departure, in microseconds; 0 to 2^42
   * @param linkMicros the link it left by: how long the next node took lately from a parcel's departure until it was known
   *     there to have been taken over, smoothed, by this node's clock alone; 0 to 2^42, 0 if none was yet
   */
  public record Hop(PeerId node, long heldMicros, long linkMicros) {
    /** A hop from which no parcel had been taken over yet. */
    public Hop(PeerId node, long heldMicros) {
      this(node, heldMicros, 0);
    }

    /** Validates. */
    public Hop {
      if (heldMicros < 0 || heldMicros > MAX_HELD_MICROS) {
        throw new IllegalArgumentException("hop that held a parcel for " + heldMicros + " µs");
      }
      if (linkMicros < 0 || linkMicros > MAX_HELD_MICROS) {
        throw new IllegalArgumentException("hop with a link of " + linkMicros + " µs");
      }
    }
  }

  /** Validates and copies. */
  public Parcel {
    if (id.length() != ID_BYTES) {
      throw new IllegalArgumentException("parcel id of " + id.length() + " bytes, not " + ID_BYTES);
    }
    if (ttl < 0 || ttl > 255) throw new IllegalArgumentException("parcel with ttl " + ttl);
    if (lifetimeMillis < 0 || lifetimeMillis > MAX_LIFETIME_MILLIS) {
      throw new IllegalArgumentException("parcel with a lifetime of " + lifetimeMillis + " ms");
    }
    if (sealed.length() > MAX_SEALED_BYTES) {
      throw new IllegalArgumentException(
          "parcel of " + sealed.length() + " bytes, allowed are " + MAX_SEALED_BYTES);
    }
    trail = List.copyOf(trail);
    if (trail.size() > MAX_TRAIL) {
      throw new IllegalArgumentException("parcel that passed " + trail.size() + " hops");
    }
  }
}
