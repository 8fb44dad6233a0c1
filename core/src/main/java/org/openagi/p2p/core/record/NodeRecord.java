package org.openagi.p2p.core.record;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * What a node says about itself, signed by its host key: alias and type, with room for more. It is the
 * binding of an alias to a peer id that others pin.
 *
 * @param peerId who speaks
 * @param seq grows with each record of a node; the highest counts. Not negative
 * @param alias human name, {@code [A-Za-z0-9._-]{1,64}}
 * @param nodeType what the node does for others
 * @param issuedEpochMillis when it was made, by the node's own clock, in milliseconds since 1970; for people
 *     to read, never to order records by. Not negative
 * @param attributes further statements by name, at most {@value #MAX_ATTRIBUTES}; names are {@code
 *     [a-z0-9._-]{1,32}}, values at most {@value #MAX_ATTRIBUTE_BYTES} bytes. Whoever does not know a name
 *     ignores it
 * @see "docs/wire/node-record.md"
 */
public record NodeRecord(
    PeerId peerId,
    long seq,
    String alias,
    NodeType nodeType,
    long issuedEpochMillis,
    SortedMap<String, Bytes> attributes) {
  /** What the signature is for. */
  public static final String DOMAIN = "openagi-node-record";

  /** The envelope's payload type. */
  public static final Bytes PAYLOAD_TYPE = Bytes.ofUtf8("/openagi/node-record/1");

  /** Longest alias, in characters, which are also bytes. */
  public static final int MAX_ALIAS_CHARS = 64;

  /** Most attributes in a record. */
  public static final int MAX_ATTRIBUTES = 16;

  /** Longest value of an attribute. */
  public static final int MAX_ATTRIBUTE_BYTES = 256;

  /** Longest encoded envelope accepted; more than the largest record with an RSA key and signature. */
  public static final int MAX_BYTES = 8 * 1024;

  private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[a-z0-9._-]{1,32}");
  private static final int MAX_ATTRIBUTE_NAME_CHARS = 32;

  private static final int FIELD_PEER_ID = 1;
  private static final int FIELD_SEQ = 2;
  private static final int FIELD_ALIAS = 3;
  private static final int FIELD_NODE_TYPE = 4;
  private static final int FIELD_ISSUED = 5;
  private static final int FIELD_ATTRIBUTES = 15;
  private static final int FIELD_NAME = 1;
  private static final int FIELD_VALUE = 2;

  /** Validates and copies. */
  public NodeRecord {
    if (seq < 0) throw new IllegalArgumentException("node record with negative seq " + seq);
    if (issuedEpochMillis < 0) {
      throw new IllegalArgumentException(
          "node record issued at " + issuedEpochMillis + " ms, expected at least 0");
    }
    requireAlias(alias);
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    if (attributes.size() > MAX_ATTRIBUTES) {
      throw new IllegalArgumentException(
          "node record with " + attributes.size() + " attributes, at most " + MAX_ATTRIBUTES);
    }
    attributes.forEach(NodeRecord::requireAttribute);
  }

  /** Makes a record without attributes. */
  public NodeRecord(
      PeerId peerId, long seq, String alias, NodeType nodeType, long issuedEpochMillis) {
    this(peerId, seq, alias, nodeType, issuedEpochMillis, new TreeMap<>());
  }

  /** Returns whether {@code alias} is well-formed. */
  public static boolean isAlias(String alias) {
    return alias.length() <= MAX_ALIAS_CHARS && ALIAS.matcher(alias).matches();
  }

  /**
   * Returns {@code alias} if it is well-formed.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static String requireAlias(String alias) {
    if (!isAlias(alias)) {
      throw new IllegalArgumentException("alias of "
          + alias.length()
          + " characters, expected 1 to 64 of the letters A-Z, a-z, digits and . _ -");
    }
    return alias;
  }

  private static void requireAttribute(String name, Bytes value) {
    if (name.length() > MAX_ATTRIBUTE_NAME_CHARS
        || !ATTRIBUTE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("attribute name of "
          + name.length()
          + " characters, expected 1 to 32 of the letters a-z, digits and . _ -");
    }
    if (value.length() > MAX_ATTRIBUTE_BYTES) {
      throw new IllegalArgumentException("attribute '"
          + name
          + "' of "
          + value.length()
          + " bytes, at most "
          + MAX_ATTRIBUTE_BYTES);
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
   * Reads a record from its envelope. A node type of a later version is read as {@link NodeType#LIGHT}, the
   * one that promises nothing.
   *
   * @throws ProtocolViolationException (stream) if the envelope or the record is malformed or too long, the
   *     signature is wrong, or the signer is another peer than the one in the record
   */
  public static NodeRecord open(Bytes envelope) throws ProtocolViolationException {
    if (envelope.length() > MAX_BYTES) {
      throw violation("node record of " + envelope.length() + " bytes, at most " + MAX_BYTES);
    }
    SignedEnvelope opened = SignedEnvelope.open(envelope, DOMAIN);
    if (!opened.payloadType().equals(PAYLOAD_TYPE)) {
      throw violation("node record with payload type " + opened.payloadType());
    }
    NodeRecord nodeRecord = decode(opened.payload());
    if (!nodeRecord.peerId.matches(opened.publicKey())) {
      throw violation("node record of " + nodeRecord.peerId + " signed by "
          + opened.publicKey().toPeerId());
    }
    return nodeRecord;
  }

  static NodeRecord decode(Bytes payload) throws ProtocolViolationException {
    @Nullable PeerId peerId = null;
    long seq = 0;
    String alias = "";
    NodeType nodeType = NodeType.LIGHT;
    long issuedEpochMillis = 0;
    SortedMap<String, Bytes> attributes = new TreeMap<>();
    ProtoReader in = ProtoReader.of(payload, Scope.STREAM);
    while (in.nextField()) {
      switch (in.field()) {
        case FIELD_PEER_ID -> peerId = PeerId.fromBytes(in.readBytes(PeerId.MAX_BYTES));
        case FIELD_SEQ -> seq = in.readUnsigned(Long.MAX_VALUE);
        case FIELD_ALIAS -> alias = in.readString(MAX_ALIAS_CHARS);
        case FIELD_NODE_TYPE -> nodeType = NodeType.ofCode(in.readVarint()).orElse(NodeType.LIGHT);
        case FIELD_ISSUED -> issuedEpochMillis = in.readUnsigned(Long.MAX_VALUE);
        case FIELD_ATTRIBUTES -> readAttribute(in.readMessage(512), attributes);
        default -> in.skip();
      }
    }
    if (peerId == null) throw violation("node record without peer id");
    try {
      return new NodeRecord(peerId, seq, alias, nodeType, issuedEpochMillis, attributes);
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolationException(Scope.STREAM, String.valueOf(e.getMessage()), e);
    }
  }

  private static void readAttribute(ProtoReader in, Map<String, Bytes> attributes)
      throws ProtocolViolationException {
    String name = "";
    Bytes value = Bytes.EMPTY;
    while (in.nextField()) {
      switch (in.field()) {
        case FIELD_NAME -> name = in.readString(MAX_ATTRIBUTE_NAME_CHARS);
        case FIELD_VALUE -> value = in.readBytes(MAX_ATTRIBUTE_BYTES);
        default -> in.skip();
      }
    }
    if (attributes.size() >= MAX_ATTRIBUTES) {
      throw violation("node record with more than " + MAX_ATTRIBUTES + " attributes");
    }
    if (attributes.put(name, value) != null) {
      throw violation("node record with an attribute twice");
    }
  }

  /** Returns the payload: the record as protobuf, unsigned. */
  Bytes encode() {
    ProtoWriter out = new ProtoWriter(192)
        .bytes(FIELD_PEER_ID, peerId.toBytes())
        .varint(FIELD_SEQ, seq)
        .string(FIELD_ALIAS, alias)
        .varint(FIELD_NODE_TYPE, nodeType.code())
        .varint(FIELD_ISSUED, issuedEpochMillis);
    attributes.forEach((name, value) -> out.message(
        FIELD_ATTRIBUTES, new ProtoWriter().string(FIELD_NAME, name).bytes(FIELD_VALUE, value)));
    return out.toBytes();
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
