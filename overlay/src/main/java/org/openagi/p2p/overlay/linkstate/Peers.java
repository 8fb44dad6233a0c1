package org.openagi.p2p.overlay.linkstate;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/** Peer ids in adverts: 33 bytes for an Ed25519 key instead of 39. */
final class Peers {
  private static final Bytes ED25519 = Bytes.fromHex("002408011220");
  private static final int ED25519_BYTES = 32;

  private Peers() {}

  /** 0 and the 32 bytes of an Ed25519 key, or length and id. */
  static void write(WireWriter out, PeerId peer) {
    Bytes id = peer.toBytes();
    if (isEd25519(id)) {
      out.u8(0).bytes(id.slice(ED25519.length(), id.length()));
    } else {
      out.u8(id.length()).bytes(id);
    }
  }

  private static boolean isEd25519(Bytes id) {
    if (id.length() != ED25519.length() + ED25519_BYTES) return false;
    for (int i = 0; i < ED25519.length(); i++) if (id.get(i) != ED25519.get(i)) return false;
    return true;
  }

  static PeerId read(WireReader in, String field) throws ProtocolViolationException {
    int length = in.u8(field + " length");
    if (length == 0) return PeerId.fromBytes(ED25519.concat(in.bytes(ED25519_BYTES, field)));
    if (length > PeerId.MAX_BYTES) throw WireReader.violation(field + " of " + length + " bytes");
    Bytes id = in.bytes(length, field);
    if (isEd25519(id)) throw WireReader.violation(field + " is not in its shortest form");
    return PeerId.fromBytes(id);
  }

  /** 64 bits of an id, evenly spread: its last bytes are those of a public key or a hash. */
  static long hash(PeerId peer) {
    Bytes id = peer.toBytes();
    long hash = 0;
    for (int i = id.length() - 8; i < id.length(); i++) hash = hash << 8 | (id.get(i) & 0xff);
    return hash;
  }
}
