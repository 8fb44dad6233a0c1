package org.openagi.p2p.p2pd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.protobuf.ProtoReader;

/**
 * Reads requests. Stateless.
 *
 * @see "go-libp2p-daemon: pb/p2pd.proto, Request; js-libp2p daemon-protocol for PEERSTORE"
 */
final class RequestCodec {
  /** Longest request; the longest sensible one, with {@value #MAX_ADDRESSES} addresses, has some 20 kB. */
  static final int MAX_BYTES = 64 << 10;

  /** Most addresses of a peer in a request. */
  static final int MAX_ADDRESSES = 64;

  /** Most protocols in a request. */
  static final int MAX_PROTOCOLS = 64;

  /** Longest protocol id, in bytes; multistream-select carries up to 1,023. */
  static final int MAX_PROTOCOL_BYTES = 1023;

  /** Longest tag, in bytes. */
  static final int MAX_TAG_BYTES = 64;

  private static final int TYPE = 1;
  private static final int MAX_TYPE = 1 << 16;

  /** Request.Type, in the order of its numbers. */
  private enum Type {
    IDENTIFY(0),
    CONNECT(2),
    STREAM_OPEN(3),
    STREAM_HANDLER(4),
    DHT(0),
    LIST_PEERS(0),
    CONNMANAGER(6),
    DISCONNECT(7),
    PUBSUB(0),
    PEERSTORE(9);

    /** The field with the parameters, 0 if there are none. */
    private final int parameters;

    Type(int parameters) {
      this.parameters = parameters;
    }

    static @Nullable Type of(long number) {
      return number < values().length ? values()[(int) number] : null;
    }
  }

  /** All fields that any of the parameter messages has, by their numbers; none has more than three. */
  private static final class Parameters {
    @Nullable
    Bytes first;

    @Nullable
    Long kind;

    final List<Bytes> second = new ArrayList<>();
    long third;
  }

  private RequestCodec() {}

  /**
   * Reads a request.
   *
   * @throws ProtocolViolationException (stream) if it is not one, or parameters are missing or beyond their limits
   */
  static Request decode(Bytes message) throws ProtocolViolationException {
    if (message.length() > MAX_BYTES) {
      throw violation("request of " + message.length() + " bytes, at most " + MAX_BYTES);
    }
    long number = typeOf(message);
    Type type = Type.of(number);
    if (type == null) return new Request.Unsupported("request type " + number);
    return switch (type) {
      case IDENTIFY -> new Request.Identify();
      case LIST_PEERS -> new Request.ListPeers();
      case DHT -> new Request.Unsupported("the DHT");
      case PUBSUB -> new Request.Unsupported("PUBSUB");
      case CONNECT -> connect(parameters(message, type));
      case STREAM_OPEN -> streamOpen(parameters(message, type));
      case STREAM_HANDLER -> streamHandler(parameters(message, type));
      case DISCONNECT -> new Request.Disconnect(peer(parameters(message, type)));
      case CONNMANAGER -> connManager(message);
      case PEERSTORE -> peerstore(message);
    };
  }

  private static long typeOf(Bytes message) throws ProtocolViolationException {
    long type = -1;
    ProtoReader in = ProtoReader.of(message, Scope.STREAM);
    while (in.nextField()) {
      if (in.field() == TYPE) type = in.readUnsigned(MAX_TYPE);
    }
    if (type < 0) throw violation("request without a type");
    return type;
  }

  /** The embedded message that goes with a type; of several the last one counts. */
  private static ProtoReader embedded(Bytes message, Type type) throws ProtocolViolationException {
    ProtoReader found = null;
    ProtoReader in = ProtoReader.of(message, Scope.STREAM);
    while (in.nextField()) {
      if (in.field() == type.parameters) found = in.readMessage(MAX_BYTES);
    }
    if (found == null) throw violation(type + " without its parameters");
    return found;
  }

  /** Bytes, bytes or strings, number: the shape of most parameter messages. */
  private static Parameters parameters(Bytes message, Type type) throws ProtocolViolationException {
    Parameters read = new Parameters();
    ProtoReader in = embedded(message, type);
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> read.first = in.readBytes(Multiaddr.MAX_BYTES);
        case 2 -> addTo(read.second, in.readBytes(Multiaddr.MAX_BYTES));
        case 3 -> read.third = in.readVarint();
        default -> in.skip();
      }
    }
    return read;
  }

  private static void addTo(List<Bytes> list, Bytes item) throws ProtocolViolationException {
    if (list.size() == MAX_ADDRESSES) throw violation("more than " + MAX_ADDRESSES + " items");
    list.add(item);
  }

  private static Request connect(Parameters in) throws ProtocolViolationException {
    List<Multiaddr> addresses = new ArrayList<>();
    for (Bytes encoded : in.second) address(encoded).ifPresent(addresses::add);
    return new Request.Connect(peer(in), List.copyOf(addresses), Math.max(0, in.third));
  }

  /** A kind of address unknown here is no reason not to try the others. */
  private static Optional<Multiaddr> address(Bytes encoded) {
    try {
      return Optional.of(Multiaddr.fromBytes(encoded));
    } catch (ProtocolViolationException unknown) {
      return Optional.empty();
    }
  }

  private static Request streamOpen(Parameters in) throws ProtocolViolationException {
    return new Request.StreamOpen(peer(in), protocols(in), Math.max(0, in.third));
  }

  private static Request streamHandler(Parameters in) throws ProtocolViolationException {
    if (in.first == null) throw violation("STREAM_HANDLER without an address");
    return new Request.StreamHandler(Multiaddr.fromBytes(in.first), protocols(in));
  }

  private static List<String> protocols(Parameters in) throws ProtocolViolationException {
    if (in.second.isEmpty() || in.second.size() > MAX_PROTOCOLS) {
      throw violation(in.second.size() + " protocols, expected 1.." + MAX_PROTOCOLS);
    }
    List<String> ids = new ArrayList<>();
    for (Bytes encoded : in.second) ids.add(text(encoded, "protocol id", MAX_PROTOCOL_BYTES));
    return List.copyOf(ids);
  }

  private static String text(Bytes encoded, String what, int max)
      throws ProtocolViolationException {
    if (encoded.isEmpty() || encoded.length() > max) {
      throw violation(what + " of " + encoded.length() + " bytes, expected 1.." + max);
    }
    String text = encoded.toUtf8();
    if (!Bytes.ofUtf8(text).equals(encoded)) throw violation(what + " is not UTF-8");
    return text;
  }

  private static PeerId peer(Parameters in) throws ProtocolViolationException {
    if (in.first == null) throw violation("request without a peer id");
    return PeerId.fromBytes(in.first);
  }

  private static Request connManager(Bytes message) throws ProtocolViolationException {
    Parameters in = new Parameters();
    ProtoReader reader = embedded(message, Type.CONNMANAGER);
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> in.kind = reader.readUnsigned(MAX_TYPE);
        case 2 -> in.first = reader.readBytes(Multiaddr.MAX_BYTES);
        case 3 -> setTo(in.second, reader.readBytes(MAX_TAG_BYTES));
        case 4 -> in.third = reader.readVarint();
        default -> reader.skip();
      }
    }
    return switch (kind(in, "CONNMANAGER")) {
      case 0 -> new Request.TagPeer(peer(in), tag(in), in.third);
      case 1 -> new Request.UntagPeer(peer(in), tag(in));
      case 2 -> new Request.Unsupported("trimming on demand");
      default -> new Request.Unsupported("CONNMANAGER type " + in.kind);
    };
  }

  private static void setTo(List<Bytes> list, Bytes item) {
    list.clear();
    list.add(item);
  }

  private static String tag(Parameters in) throws ProtocolViolationException {
    if (in.second.isEmpty()) throw violation("request without a tag");
    return text(in.second.getFirst(), "tag", MAX_TAG_BYTES);
  }

  private static Request peerstore(Bytes message) throws ProtocolViolationException {
    Parameters in = new Parameters();
    ProtoReader reader = embedded(message, Type.PEERSTORE);
    while (reader.nextField()) {
      switch (reader.field()) {
        case 1 -> in.kind = reader.readUnsigned(MAX_TYPE);
        case 2 -> in.first = reader.readBytes(Multiaddr.MAX_BYTES);
        default -> reader.skip();
      }
    }
    return switch (kind(in, "PEERSTORE")) {
      case 1 -> new Request.PeerProtocols(peer(in));
      case 2 -> new Request.PeerAddresses(peer(in));
      default -> new Request.Unsupported("PEERSTORE type " + in.kind);
    };
  }

  private static int kind(Parameters in, String request) throws ProtocolViolationException {
    if (in.kind == null) throw violation(request + " without a type");
    return Math.toIntExact(in.kind);
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
