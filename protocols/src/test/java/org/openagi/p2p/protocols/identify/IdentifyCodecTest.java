package org.openagi.p2p.protocols.identify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.core.protobuf.ProtoWriter;
import org.openagi.p2p.core.record.PeerRecord;

class IdentifyCodecTest {
  private static final HostKey KEY = HostKey.fromSeed(Bytes.wrap(new byte[32]));
  private static final HostKey OTHER = HostKey.fromSeed(Bytes.fromHex("01".repeat(32)));
  private static final Multiaddr SIGNED = Multiaddr.parse("/ip4/198.51.100.1/tcp/4001");
  private static final Multiaddr UNSIGNED = Multiaddr.parse("/ip4/203.0.113.1/tcp/4001");

  private static IdentifyMessage message(Optional<Bytes> record) {
    return new IdentifyMessage(
        Optional.of(KEY.publicKey()),
        List.of(UNSIGNED),
        List.of("/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"),
        Optional.of(Multiaddr.parse("/ip6/2001:db8::1/tcp/9")),
        Optional.of("openagi/1.0.0"),
        Optional.of("openagi-p2p/0.1.0"),
        record);
  }

  private static Bytes record(HostKey key) {
    return new PeerRecord(key.peerId(), 7, List.of(SIGNED)).seal(key).encode();
  }

  private static Bytes framed(ProtoWriter body) {
    byte[] prefix = new byte[Varint.sizeOf(body.size())];
    Varint.write(body.size(), prefix, 0);
    return Bytes.wrap(prefix).concat(body.toBytes());
  }

  @Test
  void whatWasWrittenIsRead() throws Exception {
    IdentifyMessage message = message(Optional.of(record(KEY)));
    assertEquals(message, IdentifyCodec.decode(IdentifyCodec.encode(message)));
    assertEquals(
        IdentifyMessage.EMPTY, IdentifyCodec.decode(IdentifyCodec.encode(IdentifyMessage.EMPTY)));
  }

  @Test
  void theBytesAreThoseOfTheSpecification() {
    IdentifyMessage small = new IdentifyMessage(
        Optional.empty(),
        List.of(),
        List.of("/a"),
        Optional.empty(),
        Optional.empty(),
        Optional.of("b"),
        Optional.empty());
    // length, field 3 (protocols), field 6 (agentVersion)
    assertEquals("07" + "1a022f61" + "320162", IdentifyCodec.encode(small).toHex());
  }

  @Test
  void partsAreMerged() throws Exception {
    Bytes first = framed(new ProtoWriter().string(3, "/a").string(6, "agent"));
    Bytes second = framed(new ProtoWriter().string(5, "family"));
    IdentifyMessage merged = IdentifyCodec.decode(first.concat(second));
    assertEquals(List.of("/a"), merged.protocols());
    assertEquals(Optional.of("agent"), merged.agentVersion());
    assertEquals(Optional.of("family"), merged.protocolVersion());
  }

  @Test
  void completenessIsSeenAtTheEndOfAPart() {
    Bytes part = framed(new ProtoWriter().string(6, "agent"));
    assertFalse(IdentifyCodec.isComplete(Bytes.EMPTY));
    for (int i = 1; i < part.length(); i++) {
      assertFalse(IdentifyCodec.isComplete(part.slice(0, i)), "at " + i);
    }
    assertTrue(IdentifyCodec.isComplete(part));
    assertTrue(IdentifyCodec.isComplete(part.concat(part)));
    assertFalse(IdentifyCodec.isComplete(part.concat(part.slice(0, 2))));
  }

  @Test
  void unknownFieldsAndUnknownAddressesAreSkipped() throws Exception {
    Bytes strange = framed(new ProtoWriter()
        .varint(99, 5)
        .bytes(2, Bytes.fromHex("ffff7f"))
        .bytes(2, SIGNED.toBytes())
        .bytes(4, Bytes.fromHex("ffff7f"))
        .string(3, "/a"));
    IdentifyMessage message = IdentifyCodec.decode(strange);
    assertEquals(List.of(SIGNED), message.listenAddresses());
    assertEquals(Optional.empty(), message.observedAddress());
  }

  @Test
  void boundsHold() throws Exception {
    ProtoWriter many = new ProtoWriter();
    for (int i = 0; i < IdentifyCodec.MAX_PROTOCOLS + 9; i++) many.string(3, "/p" + i);
    for (int i = 0; i < IdentifyCodec.MAX_ADDRESSES + 9; i++) many.bytes(2, SIGNED.toBytes());
    many.string(3, "/" + "x".repeat(IdentifyCodec.MAX_PROTOCOL_BYTES));
    IdentifyMessage message = IdentifyCodec.decode(framed(many));
    assertEquals(IdentifyCodec.MAX_PROTOCOLS, message.protocols().size());
    assertEquals(IdentifyCodec.MAX_ADDRESSES, message.listenAddresses().size());

    Bytes atLimit =
        framed(new ProtoWriter().bytes(77, Bytes.wrap(new byte[IdentifyCodec.MAX_BYTES - 8])));
    IdentifyCodec.decode(atLimit);
    Bytes beyond = Bytes.wrap(new byte[IdentifyCodec.MAX_BYTES + 1]);
    assertViolation(beyond, "65537");
    Bytes part = framed(new ProtoWriter().string(6, "a"));
    Bytes parts = Bytes.EMPTY;
    for (Bytes p : Collections.nCopies(IdentifyCodec.MAX_PARTS, part)) parts = parts.concat(p);
    IdentifyCodec.decode(parts);
    assertViolation(parts.concat(part), "16");
    String tooLong = "x".repeat(IdentifyCodec.MAX_VERSION_BYTES + 1);
    assertViolation(framed(new ProtoWriter().string(6, tooLong)), "513");
  }

  @Test
  void cutOffMessagesAreViolations() {
    Bytes whole = IdentifyCodec.encode(message(Optional.empty()));
    for (int i = 1; i < whole.length(); i++) {
      Bytes cut = whole.slice(0, i);
      assertThrows(ProtocolViolationException.class, () -> IdentifyCodec.decode(cut), "at " + i);
    }
  }

  @Test
  void signedAddressesArePreferred() throws Exception {
    IdentifyMessage verified =
        IdentifyCodec.verify(message(Optional.of(record(KEY))), KEY.peerId());
    assertEquals(List.of(SIGNED), verified.listenAddresses());
    assertTrue(verified.signedPeerRecord().isPresent());
  }

  @Test
  void aRecordOfSomebodyElseOrWithABadSignatureIsDropped() throws Exception {
    Bytes good = record(KEY);
    byte[] bad = good.toArray();
    bad[bad.length - 1] ^= 1;
    for (Bytes record : List.of(record(OTHER), Bytes.wrap(bad), Bytes.fromHex("00"))) {
      IdentifyMessage verified = IdentifyCodec.verify(message(Optional.of(record)), KEY.peerId());
      assertEquals(List.of(UNSIGNED), verified.listenAddresses());
      assertEquals(Optional.empty(), verified.signedPeerRecord());
    }
  }

  @Test
  void aClaimToAnotherKeyIsAViolation() {
    assertThrows(
        ProtocolViolationException.class,
        () -> IdentifyCodec.verify(message(Optional.empty()), OTHER.peerId()));
  }

  @Test
  void aPartialPushLeavesTheRest() {
    IdentifyMessage push = new IdentifyMessage(
        Optional.empty(),
        List.of(),
        List.of("/new"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
    IdentifyMessage merged = message(Optional.empty()).mergedWith(push);
    assertEquals(List.of("/new"), merged.protocols());
    assertEquals(List.of(UNSIGNED), merged.listenAddresses());
    assertEquals(Optional.of("openagi-p2p/0.1.0"), merged.agentVersion());
  }

  private static void assertViolation(Bytes input, String mentions) {
    ProtocolViolationException e =
        assertThrows(ProtocolViolationException.class, () -> IdentifyCodec.decode(input));
    assertTrue(String.valueOf(e.getMessage()).contains(mentions), e.getMessage());
  }
}
