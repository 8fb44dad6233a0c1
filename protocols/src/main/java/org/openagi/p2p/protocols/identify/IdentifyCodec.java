package org.openagi.p2p.protocols.identify;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;
import org.openagi.p2p.core.record.PeerRecord;

/**
 * Bytes of identify messages. On a stream they are length-prefixed protobufs, usually one; a large
 * one may come in several parts that are merged. Stateless.
 *
 * @see "libp2p specs: identify/README.md, The Identify Message"
 */
public final class IdentifyCodec {
  /** Protocol id of identify. */
  public static final String PROTOCOL = "/ipfs/id/1.0.0";

  /** Protocol id of identify/push. */
  public static final String PUSH_PROTOCOL = "/ipfs/id/push/1.0.0";

  /** Most bytes of all parts together, prefixes included; twice what the largest known nodes send. */
  public static final int MAX_BYTES = 64 * 1024;

  /** Most parts of one message. */
  public static final int MAX_PARTS = 16;

  /** Most listen addresses taken; further ones are ignored. */
  public static final int MAX_ADDRESSES = 64;

  /** Most protocols taken; further ones are ignored. */
  public static final int MAX_PROTOCOLS = 512;

  /** Longest protocol id taken, in bytes; longer ones are ignored. */
  public static final int MAX_PROTOCOL_BYTES = 1023;

  /** Longest version string taken, in bytes. */
  public static final int MAX_VERSION_BYTES = 512;

  private static final int MAX_KEY_BYTES = 8 * 1024;

  private static final int PUBLIC_KEY = 1;
  private static final int LISTEN_ADDRESS = 2;
  private static final int PROTOCOL_ID = 3;
  private static final int OBSERVED_ADDRESS = 4;
  private static final int PROTOCOL_VERSION = 5;
  private static final int AGENT_VERSION = 6;
  private static final int SIGNED_PEER_RECORD = 8;

  private IdentifyCodec() {}

  /** The message as one length-prefixed protobuf. */
  public static Bytes encode(IdentifyMessage message) {
    ProtoWriter out = new ProtoWriter(512);
    message.publicKey().ifPresent(key -> out.bytes(PUBLIC_KEY, key.toProtobuf()));
    for (Multiaddr a : message.listenAddresses()) out.bytes(LISTEN_ADDRESS, a.toBytes());
    for (String protocol : message.protocols()) out.string(PROTOCOL_ID, protocol);
    message.observedAddress().ifPresent(a -> out.bytes(OBSERVED_ADDRESS, a.toBytes()));
    message.protocolVersion().ifPresent(v -> out.string(PROTOCOL_VERSION, v));
    message.agentVersion().ifPresent(v -> out.string(AGENT_VERSION, v));
    message.signedPeerRecord().ifPresent(r -> out.bytes(SIGNED_PEER_RECORD, r));
    Bytes body = out.toBytes();
    int prefix = Varint.sizeOf(body.length());
    byte[] framed = new byte[prefix + body.length()];
    Varint.write(body.length(), framed, 0);
    body.copyTo(0, framed, prefix, body.length());
    return Bytes.wrap(framed);
  }

  /**
   * Reads all parts of a message. Addresses and observed addresses that this version cannot parse
   * are left out, because new transports appear all the time; unknown fields are skipped.
   *
   * @param parts complete length-prefixed protobufs; an incomplete one at the end is a violation
   */
  public static IdentifyMessage decode(Bytes parts) throws ProtocolViolationException {
    if (parts.length() > MAX_BYTES) {
      throw violation("identify of " + parts.length() + " bytes, limit " + MAX_BYTES);
    }
    ByteBuffer in = parts.asByteBuffer();
    IdentifyMessage message = IdentifyMessage.EMPTY;
    int count = 0;
    while (in.hasRemaining()) {
      if (++count > MAX_PARTS) throw violation("identify in more than " + MAX_PARTS + " parts");
      long length = Varint.read(in);
      if (length > in.remaining()) {
        throw violation("identify of " + length + " bytes cut off after " + in.remaining());
      }
      int from = in.position();
      in.position(from + (int) length);
      message = message.mergedWith(decodePart(parts.slice(from, from + (int) length)));
    }
    return message;
  }

  /**
   * Whether the bytes hold at least one part and end with the end of one.
   *
   * @return false also for bytes that can't be parts; {@link #decode} says what is wrong with them
   */
  public static boolean isComplete(Bytes parts) {
    ByteBuffer in = parts.asByteBuffer();
    try {
      while (in.hasRemaining()) {
        long length = Varint.read(in);
        if (length > in.remaining()) return false;
        in.position(in.position() + (int) length);
      }
      return !parts.isEmpty();
    } catch (ProtocolViolationException incomplete) {
      return false;
    }
  }

  private static IdentifyMessage decodePart(Bytes protobuf) throws ProtocolViolationException {
    Draft draft = new Draft();
    ProtoReader in = ProtoReader.of(protobuf, Scope.STREAM);
    while (in.nextField()) {
      switch (in.field()) {
        case PUBLIC_KEY -> draft.key = PublicKey.fromProtobuf(in.readBytes(MAX_KEY_BYTES));
        case LISTEN_ADDRESS -> draft.addListen(address(in));
        case PROTOCOL_ID -> draft.addProtocol(in.readString(MAX_BYTES));
        case OBSERVED_ADDRESS -> draft.observed = address(in);
        case PROTOCOL_VERSION -> draft.protocolVersion = in.readString(MAX_VERSION_BYTES);
        case AGENT_VERSION -> draft.agentVersion = in.readString(MAX_VERSION_BYTES);
        case SIGNED_PEER_RECORD -> draft.record = in.readBytes(MAX_BYTES);
        default -> in.skip();
      }
    }
    return draft.toMessage();
  }

  private static @Nullable Multiaddr address(ProtoReader in) throws ProtocolViolationException {
    Bytes encoded = in.readBytes(MAX_BYTES);
    try {
      return Multiaddr.fromBytes(encoded);
    } catch (ProtocolViolationException unknownTransport) {
      return null; // as promised: an address of a kind we don't know is no reason to refuse the
      // rest
    }
  }

  /**
   * Checks what a peer said of itself against who it proved to be, and prefers what it signed.
   *
   * @return the message; if it holds a valid signed record of this peer, with the addresses of that,
   *     otherwise without a record
   * @throws ProtocolViolationException if the message claims another key
   */
  public static IdentifyMessage verify(IdentifyMessage message, PeerId sender)
      throws ProtocolViolationException {
    if (message.publicKey().isPresent() && !message.publicKey().get().toPeerId().equals(sender)) {
      throw violation("identify of " + sender + " claims the key of "
          + message.publicKey().get().toPeerId());
    }
    Optional<PeerRecord> record = message.signedPeerRecord().flatMap(r -> openRecord(r, sender));
    return new IdentifyMessage(
        message.publicKey(),
        record
            .map(PeerRecord::addresses)
            .map(a -> a.subList(0, Math.min(a.size(), MAX_ADDRESSES)))
            .orElse(message.listenAddresses()),
        message.protocols(),
        message.observedAddress(),
        message.protocolVersion(),
        message.agentVersion(),
        record.isPresent() ? message.signedPeerRecord() : Optional.empty());
  }

  private static Optional<PeerRecord> openRecord(Bytes envelope, PeerId sender) {
    try {
      PeerRecord record = PeerRecord.open(envelope);
      return record.peerId().equals(sender) ? Optional.of(record) : Optional.empty();
    } catch (ProtocolViolationException invalid) {
      return Optional.empty(); // then the unsigned addresses count, as from a peer without records
    }
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }

  private static final class Draft {
    final List<Multiaddr> listen = new ArrayList<>();
    final List<String> protocols = new ArrayList<>();

    @Nullable
    PublicKey key;

    @Nullable
    Multiaddr observed;

    @Nullable
    String protocolVersion;

    @Nullable
    String agentVersion;

    @Nullable
    Bytes record;

    void addListen(@Nullable Multiaddr address) {
      if (address != null && listen.size() < MAX_ADDRESSES) listen.add(address);
    }

    void addProtocol(String protocol) {
      boolean fits = protocol.length() <= MAX_PROTOCOL_BYTES && protocols.size() < MAX_PROTOCOLS;
      if (fits && !protocol.isEmpty()) protocols.add(protocol);
    }

    IdentifyMessage toMessage() {
      return new IdentifyMessage(
          Optional.ofNullable(key),
          listen,
          protocols,
          Optional.ofNullable(observed),
          Optional.ofNullable(protocolVersion),
          Optional.ofNullable(agentVersion),
          Optional.ofNullable(record));
    }
  }
}
