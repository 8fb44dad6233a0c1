package org.openagi.p2p.core.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.protobuf.ProtoWriter;

class NodeRecordTest {
  private static final HostKey KEY = HostKey.fromSeed(Bytes.fromHex("01".repeat(32)));

  /** The record that docs/wire/node-record.md shows in hexadecimal. */
  private static final NodeRecord EXAMPLE = new NodeRecord(
      KEY.peerId(),
      7,
      "node_123",
      NodeType.FULL,
      1_767_225_600_000L,
      new TreeMap<>(Map.of("region", Bytes.ofUtf8("eu"))));

  @Test
  void theDocumentShowsTheseBytes() throws Exception {
    Path document = Path.of("").toAbsolutePath();
    while (!Files.exists(document.resolve("docs"))) document = document.getParent();
    String shown =
        Files.readString(document.resolve("docs/wire/node-record.md")).replaceAll("\\s", "");
    String payload = EXAMPLE.encode().toHex();
    String envelope = EXAMPLE.seal(KEY).encode().toHex();
    assertTrue(shown.contains("`" + payload + "`"), "payload is now " + payload);
    assertTrue(shown.contains("`" + envelope + "`"), "envelope is now " + envelope);
    assertEquals(EXAMPLE, NodeRecord.open(Bytes.fromHex(envelope)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "node_123", "A.b-C_9", "."})
  void acceptsAliases(String alias) throws Exception {
    NodeRecord nodeRecord = new NodeRecord(KEY.peerId(), 0, alias, NodeType.LIGHT, 0);
    assertEquals(nodeRecord, NodeRecord.open(nodeRecord.seal(KEY).encode()));
    assertTrue(NodeRecord.isAlias("a".repeat(64)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "a/b", "a\n", "\u001b[2J", "а"})
  void refusesOtherAliases(String alias) {
    assertFalse(NodeRecord.isAlias(alias));
    assertFalse(NodeRecord.isAlias("a".repeat(65)));
    Bytes forged = seal(fields(alias));
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(forged));
  }

  private static ProtoWriter fields(String alias) {
    return new ProtoWriter()
        .bytes(1, KEY.peerId().toBytes())
        .varint(2, 1)
        .string(3, alias)
        .varint(4, 2)
        .varint(5, 1);
  }

  private static Bytes seal(ProtoWriter payload) {
    return SignedEnvelope.seal(KEY, NodeRecord.DOMAIN, NodeRecord.PAYLOAD_TYPE, payload.toBytes())
        .encode();
  }

  @Test
  void aTypeOfALaterVersionPromisesNothing() throws Exception {
    Bytes later = seal(fields("a").varint(4, 77).string(30, "later"));
    assertEquals(NodeType.LIGHT, NodeRecord.open(later).nodeType());
    for (NodeType type : NodeType.values()) {
      Bytes known = new NodeRecord(KEY.peerId(), 1, "a", type, 1).seal(KEY).encode();
      assertEquals(type, NodeRecord.open(known).nodeType());
    }
  }

  @Test
  void theSignerMustBeTheNode() {
    PeerId other = HostKey.fromSeed(Bytes.fromHex("02".repeat(32))).peerId();
    NodeRecord foreign = new NodeRecord(other, 1, "a", NodeType.FULL, 1);
    assertThrows(IllegalArgumentException.class, () -> foreign.seal(KEY));
    Bytes forged = SignedEnvelope.seal(
            KEY, NodeRecord.DOMAIN, NodeRecord.PAYLOAD_TYPE, foreign.encode())
        .encode();
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(forged));
    Bytes wrongType = SignedEnvelope.seal(
            KEY, NodeRecord.DOMAIN, PeerRecord.PAYLOAD_TYPE, EXAMPLE.encode())
        .encode();
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(wrongType));
  }

  @Test
  void boundsAttributes() throws Exception {
    TreeMap<String, Bytes> attributes = new TreeMap<>();
    Bytes longest = Bytes.wrap(new byte[NodeRecord.MAX_ATTRIBUTE_BYTES]);
    for (int i = 0; i < NodeRecord.MAX_ATTRIBUTES; i++) {
      attributes.put("a".repeat(30) + (10 + i), longest);
    }
    NodeRecord largest = new NodeRecord(
        KEY.peerId(), Long.MAX_VALUE, "a".repeat(64), NodeType.STORAGE, Long.MAX_VALUE, attributes);
    Bytes sealed = largest.seal(KEY).encode();
    assertTrue(sealed.length() < NodeRecord.MAX_BYTES, sealed.length() + " bytes");
    assertEquals(largest, NodeRecord.open(sealed));
    attributes.put("one-more", Bytes.EMPTY);
    assertThrows(
        IllegalArgumentException.class,
        () -> new NodeRecord(KEY.peerId(), 1, "a", NodeType.FULL, 1, attributes));
    assertThrows(
        UnsupportedOperationException.class, () -> largest.attributes().put("x", Bytes.EMPTY));
    Bytes tooLong = Bytes.wrap(new byte[NodeRecord.MAX_BYTES + 1]);
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(tooLong));
  }

  @Test
  void refusesBadAttributesAndNumbers() {
    ProtoWriter named = new ProtoWriter().string(1, "a").bytes(2, Bytes.EMPTY);
    Bytes twice = seal(fields("a").message(15, named).message(15, named));
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(twice));
    Bytes badName = seal(fields("a").message(15, new ProtoWriter().string(1, "A")));
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(badName));
    ProtoWriter many = fields("a");
    for (int i = 0; i <= NodeRecord.MAX_ATTRIBUTES; i++) {
      many.message(15, new ProtoWriter().string(1, "a" + i));
    }
    assertThrows(ProtocolViolationException.class, () -> NodeRecord.open(seal(many)));
    assertThrows(
        ProtocolViolationException.class, () -> NodeRecord.open(seal(fields("a").varint(2, -1))));
    assertThrows(
        ProtocolViolationException.class,
        () -> NodeRecord.open(seal(new ProtoWriter().string(3, "a"))));
    assertThrows(
        IllegalArgumentException.class,
        () -> new NodeRecord(KEY.peerId(), -1, "a", NodeType.FULL, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new NodeRecord(KEY.peerId(), 0, "a", NodeType.FULL, -1));
  }

  @Property(tries = 100)
  void roundTrips(
      @ForAll @LongRange(min = 0) long seq,
      @ForAll NodeType type,
      @ForAll @LongRange(min = 0) long issued,
      @ForAll @Size(max = 256) byte[] value)
      throws Exception {
    NodeRecord nodeRecord = new NodeRecord(
        KEY.peerId(), seq, "n", type, issued, new TreeMap<>(Map.of("v", Bytes.copyOf(value))));
    assertEquals(nodeRecord, NodeRecord.open(nodeRecord.seal(KEY).encode()));
  }

  @Property
  void arbitraryPayloadsAreReadOrRefused(@ForAll @Size(max = 200) byte[] payload) {
    try {
      NodeRecord.decode(Bytes.copyOf(payload));
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }
}
