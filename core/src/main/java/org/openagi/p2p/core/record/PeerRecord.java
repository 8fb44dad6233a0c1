package org.openagi.p2p.core.record;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * The addresses that a peer says it can be reached at, signed by itself.
 *
 * <p>The specification leaves domain and payload type of its draft behind; these are the ones that all
 * implementations use.
 *
 * @param peerId whose addresses they are
 * @param seq grows with each record of a peer; the highest counts. Not a time, and not negative
 * @param addresses at most {@value #MAX_ADDRESSES}
 * @see "libp2p specs: RFC 0003, Peer Routing Records"
 */
public record PeerRecord(PeerId peerId, long seq, List<Multiaddr> addresses) {
  /** What the signature is for. */
  public static final String DOMAIN = "libp2p-peer-record";

  /** Multicodec libp2p-peer-record, 0x0301, in the fixed two bytes that all implementations send. */
  public static final Bytes PAYLOAD_TYPE = Bytes.fromHex("0301");

  /** Most addresses in a record; a host on many networks has a few dozen. */
  public static final int MAX_ADDRESSES = 128;

  private static final int FIELD_PEER_ID = 1;
  private static final int FIELD_SEQ = 2;
  private static final int FIELD_ADDRESSES = 3;
  private static final int FIELD_MULTIADDR = 1;

  /** Longest AddressInfo accepted: an address and room for future fields. */
  private static final int MAX_ADDRESS_INFO_BYTES = Multiaddr.MAX_BYTES + 256;

  /** Validates and copies. */
  public PeerRecord {
    if (seq < 0) throw new IllegalArgumentException("peer record with negative seq " + seq);
    addresses = List.copyOf(addresses);
    if (addresses.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          "peer record with " + addresses.size() + " addresses, at most " + MAX_ADDRESSES);
    }
  }

  /**
   * Signs the record.
   *
   * @throws IllegalArgumentException if the key is not that of {@link #peerId}
   */
  public SignedEnvelope seal(HostKey key) {
    if (!key.peerId().equals(peerId)) {
      throw new IllegalArgumentException(
          "record of " + peerId + " can't be signed by " + key.peerId());
    }
    return SignedEnvelope.seal(key, DOMAIN, PAYLOAD_TYPE, encode());
  }

  /**
   * Reads a record from its envelope.
   *
   * <p>Addresses that this version does not understand are left out: the peer may know transports that we
   * don't.
   *
   * @throws ProtocolViolationException (stream) if the envelope or the record is malformed, the signature
   *     is wrong, or the signer is another peer than the one in the record
   */
  public static PeerRecord open(Bytes envelope) throws ProtocolViolationException {
    SignedEnvelope opened = SignedEnvelope.open(envelope, DOMAIN);
    if (!opened.payloadType().equals(PAYLOAD_TYPE)) {
      throw violation("peer record with payload type " + opened.payloadType());
    }
    PeerRecord peerRecord = decode(opened.payload());
    if (!peerRecord.peerId.matches(opened.publicKey())) {
      throw violation("peer record of " + peerRecord.peerId + " signed by "
          + opened.publicKey().toPeerId());
    }
    return peerRecord;
  }

  static PeerRecord decode(Bytes payload) throws ProtocolViolationException {
    @Nullable PeerId peerId = null;
    long seq = 0;
    List<Multiaddr> addresses = new ArrayList<>();
    ProtoReader in = ProtoReader.of(payload, Scope.STREAM);
    for (int seen = 0; in.nextField(); ) {
      switch (in.field()) {
        case FIELD_PEER_ID -> peerId = PeerId.fromBytes(in.readBytes(PeerId.MAX_BYTES));
        case FIELD_SEQ -> seq = in.readUnsigned(Long.MAX_VALUE);
        case FIELD_ADDRESSES -> {
          if (++seen > MAX_ADDRESSES) {
            throw violation("peer record with more than " + MAX_ADDRESSES + " addresses");
          }
          addIfUnderstood(in.readMessage(MAX_ADDRESS_INFO_BYTES), addresses);
        }
        default -> in.skip();
      }
    }
    if (peerId == null) throw violation("peer record without peer id");
    return new PeerRecord(peerId, seq, addresses);
  }

  private static void addIfUnderstood(ProtoReader addressInfo, List<Multiaddr> addresses)
      throws ProtocolViolationException {
    Bytes encoded = Bytes.EMPTY;
    while (addressInfo.nextField()) {
      if (addressInfo.field() == FIELD_MULTIADDR) {
        encoded = addressInfo.readBytes(MAX_ADDRESS_INFO_BYTES);
      }
    }
    try {
      addresses.add(Multiaddr.fromBytes(encoded));
    } catch (ProtocolViolationException e) {
      // An address of a kind that we don't know; the signature covers it all the same.
    }
  }

  /** Returns the payload: the record as protobuf, unsigned. */
  Bytes encode() {
    ProtoWriter out =
        new ProtoWriter(256).bytes(FIELD_PEER_ID, peerId.toBytes()).varint(FIELD_SEQ, seq);
    for (Multiaddr address : addresses) {
      out.message(FIELD_ADDRESSES, new ProtoWriter().bytes(FIELD_MULTIADDR, address.toBytes()));
    }
    return out.toBytes();
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
