package org.openagi.p2p.protocols.mdns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** Round trips, known bytes, and messages made to hurt. */
class DnsCodecTest {

  private static final DnsName SERVICE = DnsName.parse("_p2p._udp.local");

  @Test
  void theQuestionForPeersHasTheseBytes() throws Exception {
    DnsMessage query =
        DnsMessage.query(List.of(DnsQuestion.multicast(SERVICE, DnsType.PTR)), List.of());
    Bytes bytes = DnsCodec.encode(query);
    assertEquals(
        "000000000001000000000000" + "045f703270045f756470056c6f63616c00" + "000c0001",
        bytes.toHex());
    assertEquals(query, DnsCodec.decode(bytes));
  }

  @Test
  void repeatedNamesBecomePointers() throws Exception {
    DnsName instance = SERVICE.prepend("a".repeat(32));
    DnsMessage response = DnsMessage.response(
        List.of(DnsRecord.shared(SERVICE, 120, new DnsData.Ptr(instance))),
        List.of(DnsRecord.unique(instance, 120, new DnsData.Txt(List.of(Bytes.ofUtf8("x"))))));
    Bytes bytes = DnsCodec.encode(response);
    // Header, PTR record with the only full names, TXT record whose name is a pointer.
    assertEquals(12 + 17 + 10 + 35 + 2 + 10 + 2, bytes.length());
    assertEquals(response, DnsCodec.decode(bytes));
  }

  @Test
  void anAnswerToAnOldResolverHasNoCompressedSrvTarget() throws Exception {
    DnsName host = DnsName.parse("host.local");
    DnsRecord srv = DnsRecord.shared(host, 10, new DnsData.Srv(0, 0, 4001, host));
    DnsMessage legacy = new DnsMessage(
        7,
        DnsMessage.FLAG_RESPONSE,
        List.of(DnsQuestion.multicast(host, DnsType.SRV)),
        List.of(srv),
        List.of(),
        List.of());
    Bytes bytes = DnsCodec.encode(legacy);
    assertTrue(bytes.toHex().endsWith("04686f7374056c6f63616c00"));
    assertEquals(legacy, DnsCodec.decode(bytes));
  }

  @Test
  void unknownRecordsAreSkipped() throws Exception {
    // OPT (RFC 6891): root name, type 41, UDP size 1440, 4 bytes of options.
    Bytes bytes = Bytes.fromHex(
        "000084000000000100000000" + "00" + "002905a0" + "00000000" + "0004" + "01020304");
    DnsMessage message = DnsCodec.decode(bytes);
    assertEquals(new DnsData.Other(DnsType.OPT), message.answers().getFirst().data());
    assertThrows(IllegalArgumentException.class, () -> DnsCodec.encode(message));
  }

  @Test
  void aPointerToItselfOrForwardIsRefused() {
    refused("000000000001000000000000" + "c00c" + "000c0001", "not before its name");
    refused("000000000001000000000000" + "c00e" + "000c0001", "not before its name");
    // A label, then a pointer to that label: without the rule it would never end.
    refused("000000000001000000000000" + "0161c00c" + "000c0001", "not before its name");
  }

  @Test
  void chainsOfPointersAreLimited() {
    // Question i is a pointer to question i - 1.
    StringBuilder hex = new StringBuilder("0000000000140000" + "00000000" + "00" + "000c0001");
    int previous = 12;
    for (int i = 1; i < 20; i++) {
      int here = hex.length() / 2;
      hex.append("c0").append(String.format("%02x", previous)).append("000c0001");
      previous = here;
    }
    refused(hex.toString(), "compression pointers");
  }

  @Test
  void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    refused("0000000000210000" + "00000000", "33 questions");
    refused("000084000000ffffffffffff", "196605 records");
  }

  @Test
  void everyTruncationIsRefused() {
    Bytes whole = DnsCodec.encode(sample());
    for (int length = 0; length < whole.length(); length++) {
      Bytes cut = whole.slice(0, length);
      assertThrows(
          ProtocolViolationException.class, () -> DnsCodec.decode(cut), "length " + length);
    }
  }

  @Test
  void namesThatExpandToMuchAreRefused() {
    // 255 bytes of name, then records whose owner and target are pointers to it.
    StringBuilder hex = new StringBuilder("0000840000000100" + "00000000");
    String label = "3f" + "61".repeat(63);
    hex.append(label.repeat(3)).append("3d").append("61".repeat(61)).append("00");
    hex.append("000c0001" + "00000078" + "0002" + "c00c");
    int records = 1;
    while (records < DnsCodec.MAX_RECORDS) {
      hex.append("c00c" + "000c0001" + "00000078" + "0002" + "c00c");
      records++;
    }
    hex.replace(12, 16, String.format("%04x", records));
    refused(hex.toString(), "decoded bytes");
  }

  @Test
  void recordLengthsThatLieAreRefused() {
    String head = "000084000000000100000000" + "00";
    refused(head + "00010001" + "00000078" + "0003" + "7f0000", "an address of 3 bytes");
    refused(head + "00100001" + "00000078" + "0002" + "0561", "leaves its record");
    refused(head + "000c0001" + "00000078" + "0003" + "000000", "does not fill");
    refused(head + "00100001" + "00000078" + "ffff" + "00", "ends within a field");
  }

  @Test
  void moreThan9000BytesAreNeitherReadNorWritten() {
    refused("00".repeat(DnsCodec.MAX_MESSAGE_BYTES + 1), "the limit is 9000");
    List<DnsRecord> many = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      many.add(DnsRecord.unique(
          SERVICE,
          1,
          new DnsData.Txt(List.of(Bytes.wrap(new byte[DnsData.Txt.MAX_STRING_BYTES])))));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> DnsCodec.encode(DnsMessage.response(many, List.of())));
  }

  @Test
  void namesIgnoreCaseAndKeepIt() {
    DnsName mixed = DnsName.parse("_P2P._udp.Local");
    assertEquals(SERVICE, mixed);
    assertEquals(SERVICE.hashCode(), mixed.hashCode());
    assertEquals("_P2P._udp.Local", mixed.toString());
    assertTrue(mixed.prepend("x").isChildOf(SERVICE));
    assertThrows(IllegalArgumentException.class, () -> DnsName.parse("a..b"));
    assertThrows(IllegalArgumentException.class, () -> SERVICE.prepend("a".repeat(64)));
    assertThrows(IllegalArgumentException.class, () -> DnsName.parse("abc.".repeat(64)));
  }

  @Property(tries = 300)
  void whatWasWrittenIsRead(@ForAll("messages") DnsMessage message) throws Exception {
    assertEquals(message, DnsCodec.decode(DnsCodec.encode(message)));
  }

  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    readOrRefuse(bytes);
  }

  @Property(tries = 1000)
  void damagedMessagesAreReadOrRefused(
      @ForAll("messages") DnsMessage message, @ForAll int at, @ForAll byte value) {
    byte[] bytes = DnsCodec.encode(message).toArray();
    bytes[Math.floorMod(at, bytes.length)] = value;
    readOrRefuse(bytes);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      DnsMessage message = DnsCodec.decode(Bytes.copyOf(bytes));
      assertTrue(message.records().size() <= DnsCodec.MAX_RECORDS);
    } catch (ProtocolViolationException e) {
      assertTrue(e.getMessage().startsWith("DNS message "));
    }
  }

  @Provide
  Arbitrary<DnsMessage> messages() {
    Arbitrary<DnsName> names = Arbitraries.strings()
        .withCharRange('A', 'z')
        .withChars('\u00e9', '-', '.')
        .ofMinLength(1)
        .ofMaxLength(12)
        .list()
        .ofMaxSize(5)
        .map(DnsName::ofLabels);
    Arbitrary<Bytes> strings =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(40).map(Bytes::copyOf);
    Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
    Arbitrary<DnsData> data = Arbitraries.oneOf(
        names.map(DnsData.Ptr::new),
        strings.list().ofMinSize(1).ofMaxSize(4).map(DnsData.Txt::new),
        Combinators.combine(u16, u16, u16, names).as(DnsData.Srv::new),
        Arbitraries.bytes()
            .array(byte[].class)
            .ofSize(4)
            .map(b -> new DnsData.Address(Bytes.copyOf(b))),
        Arbitraries.bytes()
            .array(byte[].class)
            .ofSize(16)
            .map(b -> new DnsData.Address(Bytes.copyOf(b))));
    Arbitrary<List<DnsRecord>> records = Combinators.combine(
            names, Arbitraries.of(true, false), Arbitraries.longs().between(0, 0xffff_ffffL), data)
        .as((name, flush, ttl, d) -> new DnsRecord(name, DnsType.CLASS_IN, flush, ttl, d))
        .list()
        .ofMaxSize(6);
    Arbitrary<List<DnsQuestion>> questions = Combinators.combine(
            names, u16, Arbitraries.of(true, false))
        .as((name, type, qu) -> new DnsQuestion(name, type, DnsType.CLASS_IN, qu))
        .list()
        .ofMaxSize(3);
    return Combinators.combine(u16, u16, questions, records, records, records).as(DnsMessage::new);
  }

  private static DnsMessage sample() {
    DnsName instance = SERVICE.prepend("abc");
    return DnsMessage.response(
        List.of(DnsRecord.shared(SERVICE, 120, new DnsData.Ptr(instance))),
        List.of(
            DnsRecord.unique(instance, 120, new DnsData.Txt(List.of(Bytes.ofUtf8("dnsaddr=/x")))),
            DnsRecord.unique(instance, 120, new DnsData.Srv(1, 2, 3, DnsName.parse("h.local"))),
            DnsRecord.unique(
                DnsName.parse("h.local"), 1, new DnsData.Address(Bytes.fromHex("7f000001")))));
  }

  private static void refused(String hex, String because) {
    ProtocolViolationException e =
        assertThrows(ProtocolViolationException.class, () -> DnsCodec.decode(Bytes.fromHex(hex)));
    assertTrue(e.getMessage().contains(because), e.getMessage());
  }
}
