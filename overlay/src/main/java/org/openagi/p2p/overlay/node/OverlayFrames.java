package org.openagi.p2p.overlay.node;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame;
import org.openagi.p2p.overlay.health.HealthFrame;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame;
import org.openagi.p2p.overlay.membership.MembershipFrame;
import org.openagi.p2p.overlay.relay.RelayFrame;

/**
 * Reads the frames of all parts.
 *
 * @see "docs/wire/overlay-1.0.md"
 */
public final class OverlayFrames {
  static final int HEALTH = 0x10;
  static final int MEMBERSHIP = 0x20;
  static final int BROADCAST = 0x30;
  static final int LINK_STATE = 0x40;
  static final int RELAY = 0x50;

  private static final int SKIPPABLE = 0x80;

  private OverlayFrames() {}

  /**
   * Reads the body of a frame.
   *
   * @return null for a type that is not known and may be skipped
   * @throws ProtocolViolationException if it is malformed, or of an unknown type that may not be skipped
   */
  public static @Nullable OverlayFrame read(int type, WireReader body)
      throws ProtocolViolationException {
    try {
      return decode(type, body);
    } catch (ProtocolViolationException malformed) {
      throw malformed.withScope(
          Scope.STREAM); // also a key that is none: no signature was looked at
    }
  }

  private static @Nullable OverlayFrame decode(int type, WireReader body)
      throws ProtocolViolationException {
    return switch (type & 0xf0) {
      case HEALTH -> HealthFrame.read(type, body);
      case MEMBERSHIP -> MembershipFrame.read(type, body);
      case BROADCAST -> BroadcastFrame.read(type, body);
      case LINK_STATE -> LinkStateFrame.decode(type, body);
      case RELAY -> RelayFrame.decode(type, body);
      default -> {
        if ((type & SKIPPABLE) != 0) yield null;
        throw WireReader.violation("frame of unknown type 0x" + Integer.toHexString(type));
      }
    };
  }
}
