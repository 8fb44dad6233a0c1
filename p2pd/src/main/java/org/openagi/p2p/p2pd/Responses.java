package org.openagi.p2p.p2pd;

import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * Writes responses. Stateless.
 *
 * @see "go-libp2p-daemon: pb/p2pd.proto, Response, StreamInfo"
 */
final class Responses {
  /** Longest error message, in characters. */
  static final int MAX_ERROR_CHARS = 500;

  private static final int OK = 0;
  private static final int ERROR = 1;

  private Responses() {}

  private static ProtoWriter ofType(int type) {
    return new ProtoWriter().varint(1, type);
  }

  static Bytes ok() {
    return ofType(OK).toBytes();
  }

  static Bytes error(String message) {
    String shown =
        message.length() <= MAX_ERROR_CHARS ? message : message.substring(0, MAX_ERROR_CHARS);
    return ofType(ERROR).message(2, new ProtoWriter().string(1, shown)).toBytes();
  }

  static Bytes stream(Bytes streamInfo) {
    return ofType(OK).bytes(3, streamInfo).toBytes();
  }

  static Bytes identify(PeerAt self) {
    return ofType(OK).message(4, peerInfo(self)).toBytes();
  }

  static Bytes peers(List<PeerAt> peers) {
    ProtoWriter out = ofType(OK);
    for (PeerAt peer : peers) out.message(6, peerInfo(peer));
    return out.toBytes();
  }

  static Bytes peerstore(PeerAt peer) {
    return ofType(OK).message(8, new ProtoWriter().message(1, peerInfo(peer))).toBytes();
  }

  static Bytes peerstore(List<String> protocols) {
    ProtoWriter out = new ProtoWriter();
    for (String protocol : protocols) out.string(2, protocol);
    return ofType(OK).message(8, out).toBytes();
  }

  /** IdentifyResponse has the same shape. */
  private static ProtoWriter peerInfo(PeerAt peer) {
    ProtoWriter out = new ProtoWriter().bytes(1, peer.peer().toBytes());
    for (Multiaddr address : peer.addresses()) out.bytes(2, address.toBytes());
    return out;
  }

  /** The message StreamInfo, which a callback connection begins with as well. */
  static Bytes streamInfo(PeerId peer, Multiaddr address, String protocol) {
    return new ProtoWriter()
        .bytes(1, peer.toBytes())
        .bytes(2, address.toBytes())
        .string(3, protocol)
        .toBytes();
  }
}
