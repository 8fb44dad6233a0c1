package org.openagi.p2p.overlay;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/** A peer id as a field of a frame: its length in one byte and its binary form. */
public final class PeerField {
  private PeerField() {}

  /** Adds the field. */
  public static void write(WireWriter out, PeerId peer) {
    out.u8(peer.toBytes().length()).bytes(peer.toBytes());
  }

  /** Reads the field and checks that it is a peer id. */
  public static PeerId read(WireReader in, String field) throws ProtocolViolationException {
    int length = in.u8(field + " length");
    if (length > PeerId.MAX_BYTES) {
      throw WireReader.violation(
          field + " of " + length + " bytes, allowed are " + PeerId.MAX_BYTES);
    }
    return PeerId.fromBytes(in.bytes(length, field));
  }
}
