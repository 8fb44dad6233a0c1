package org.openagi.p2p.overlay;

import org.openagi.p2p.core.codec.WireWriter;

/**
 * One frame between two neighbours of the overlay: type, length, body. Implementations are immutable records of the package
 * that owns the type, so that a simulation may hand them over without encoding them.
 *
 * <p>Types by owner: 0x10–0x1f health, 0x20–0x2f membership, 0x30–0x3f broadcast, 0x40–0x4f link state, 0x50–0x5f relay.
 * A type with bit 0x80 may be skipped by who does not know it.
 *
 * @see "docs/wire/overlay-1.0.md"
 */
public interface OverlayFrame {
  /** Longest body, in bytes. */
  int MAX_BODY_BYTES = 384 << 10;

  /** The type, 0x10 to 0x5f. */
  int type();

  /** Writes the body. */
  void write(WireWriter out);

  /** The frame as bytes: type, length and body. */
  default byte[] encode() {
    WireWriter out = new WireWriter(128);
    write(out);
    return out.toFrame(type());
  }
}
