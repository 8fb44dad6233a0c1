package org.openagi.p2p.core.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.Vectors;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.protobuf.ProtoWriter;

class PeerRecordTest {
  private static final HostKey KEY = HostKey.fromSeed(Bytes.fromHex("11".repeat(32)));
  private static final List<Multiaddr> ADDRESSES = List.of(
      Multiaddr.parse("/ip4/192.0.2.7/tcp/4001"), Multiaddr.parse("/ip6/2001:db8::7/tcp/4001"));

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "secp256k1", "rsa"})
  void opensTheRecordsOfOthers(String kind) throws Exception {
    Vectors vectors = Vectors.load();
    PeerRecord peerRecord = PeerRecord.open(vectors.bytes(kind + ".envelope"));
    PeerId id = PeerId.parse(vectors.text(kind + ".id"));
    assertEquals(new PeerRecord(id, 1_234_567_890_123L, ADDRESSES), peerRecord);
  }

  @Test
  void sealsTheSameBytesAsOthers() throws Exception {
    Vectors vectors = Vectors.load();
    HostKey key = HostKey.fromProtobuf(vectors.bytes("ed25519.private"));
    PeerRecord peerRecord = new PeerRecord(key.peerId(), 1_234_567_890_123L, ADDRESSES);
    assertEquals(vectors.bytes("ed25519.envelope"), peerRecord.seal(key).encode());
  }

  @Test
  void theSignerMustBeThePeer() {
    PeerId other = HostKey.fromSeed(Bytes.fromHex("22".repeat(32))).peerId();
    PeerRecord foreign = new PeerRecord(other, 1, ADDRESSES);
    assertThrows(IllegalArgumentException.class, () -> foreign.seal(KEY));
    Bytes forged = SignedEnvelope.seal(
            KEY, PeerRecord.DOMAIN, PeerRecord.PAYLOAD_TYPE, foreign.encode())
        .encode();
    var violation = assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(forged));
    assertTrue(violation.getMessage().contains("signed by"), violation.getMessage());
  }

  @Test
  void refusesAnotherPayloadTypeOrDomain() {
    Bytes payload = new PeerRecord(KEY.peerId(), 1, ADDRESSES).encode();
    Bytes type = SignedEnvelope.seal(KEY, PeerRecord.DOMAIN, Bytes.fromHex("0302"), payload)
        .encode();
    Bytes domain = SignedEnvelope.seal(KEY, NodeRecord.DOMAIN, PeerRecord.PAYLOAD_TYPE, payload)
        .encode();
    assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(type));
    assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(domain));
  }

  @Test
  void leavesOutAddressesThatItDoesNotUnderstand() throws Exception {
    ProtoWriter payload = new ProtoWriter()
        .bytes(1, KEY.peerId().toBytes())
        .varint(2, 7)
        .message(3, new ProtoWriter().bytes(1, Bytes.fromHex("a1bcde01")))
        .message(3, new ProtoWriter().bytes(1, ADDRESSES.get(0).toBytes()).varint(2, 1))
        .message(3, new ProtoWriter())
        .string(4, "later");
    PeerRecord opened = PeerRecord.open(seal(payload));
    assertEquals(new PeerRecord(KEY.peerId(), 7, ADDRESSES.subList(0, 1)), opened);
  }

  @Test
  void boundsAddressesAndSeq() throws Exception {
    List<Multiaddr> most = Collections.nCopies(PeerRecord.MAX_ADDRESSES, ADDRESSES.get(0));
    PeerRecord largest = new PeerRecord(KEY.peerId(), Long.MAX_VALUE, most);
    assertEquals(largest, PeerRecord.open(largest.seal(KEY).encode()));
    List<Multiaddr> tooMany = Collections.nCopies(PeerRecord.MAX_ADDRESSES + 1, ADDRESSES.get(0));
    assertThrows(IllegalArgumentException.class, () -> new PeerRecord(KEY.peerId(), 1, tooMany));
    assertThrows(IllegalArgumentException.class, () -> new PeerRecord(KEY.peerId(), -1, ADDRESSES));
    ProtoWriter payload = new ProtoWriter().bytes(1, KEY.peerId().toBytes());
    for (int i = 0; i <= PeerRecord.MAX_ADDRESSES; i++) payload.message(3, new ProtoWriter());
    assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(seal(payload)));
    ProtoWriter seq = new ProtoWriter().bytes(1, KEY.peerId().toBytes()).varint(2, -1);
    assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(seal(seq)));
    assertThrows(ProtocolViolationException.class, () -> PeerRecord.open(seal(new ProtoWriter())));
  }

  private static Bytes seal(ProtoWriter payload) {
    return SignedEnvelope.seal(KEY, PeerRecord.DOMAIN, PeerRecord.PAYLOAD_TYPE, payload.toBytes())
        .encode();
  }

  @Property
  void arbitraryPayloadsAreReadOrRefused(@ForAll @Size(max = 200) byte[] payload) {
    try {
      PeerRecord.decode(Bytes.copyOf(payload));
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }
}
