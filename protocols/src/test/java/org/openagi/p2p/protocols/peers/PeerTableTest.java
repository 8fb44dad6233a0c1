package org.openagi.p2p.protocols.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.PeerRecord;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

class PeerTableTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Multiaddr A = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
  private static final Multiaddr B = Multiaddr.parse("/ip4/192.0.2.2/tcp/1");

  private final VirtualTime time = new VirtualTime();
  private final PeerTable table = new PeerTable(time, 3);

  @Test
  void addressesExpire() {
    table.addAddresses(TestPeers.peer(1), List.of(A), AddressSource.MDNS, Duration.ofSeconds(10));
    table.addAddresses(TestPeers.peer(1), List.of(B), AddressSource.IDENTIFY, HOUR);
    assertEquals(List.of(A, B), table.addresses(TestPeers.peer(1)));
    time.advance(Duration.ofSeconds(10));
    assertEquals(List.of(B), table.addresses(TestPeers.peer(1)));
  }

  @Test
  void theBetterSourceAndTheLaterExpiryStay() {
    table.addAddresses(TestPeers.peer(1), List.of(A), AddressSource.THIRD_PARTY, HOUR);
    assertEquals(
        0,
        table.addAddresses(
            TestPeers.peer(1), List.of(A), AddressSource.MANUAL, Duration.ofSeconds(1)));
    KnownAddress known = table.get(TestPeers.peer(1)).orElseThrow().addresses().getFirst();
    assertEquals(AddressSource.MANUAL, known.source());
    assertEquals(time.epochMillis() + HOUR.toMillis(), known.expiresEpochMillis());
    table.addAddresses(
        TestPeers.peer(1), List.of(A), AddressSource.MDNS, Duration.ofSeconds(Long.MAX_VALUE));
    known = table.get(TestPeers.peer(1)).orElseThrow().addresses().getFirst();
    assertEquals(Long.MAX_VALUE, known.expiresEpochMillis());
  }

  @Test
  void aSuffixIsCutOffAndAnotherPeersSuffixRefused() {
    assertEquals(
        1,
        table.addAddresses(
            TestPeers.peer(1),
            List.of(A.withPeerId(TestPeers.peer(1)), B.withPeerId(TestPeers.peer(2))),
            AddressSource.MANUAL,
            HOUR));
    assertEquals(List.of(A), table.addresses(TestPeers.peer(1)));
  }

  @Test
  void addressesAreBoundedAndTheLeastTrustedGoFirst() {
    List<Multiaddr> many = IntStream.range(0, 100)
        .mapToObj(i -> Multiaddr.parse("/ip4/10.0.0." + i + "/tcp/1"))
        .toList();
    table.addAddresses(TestPeers.peer(1), List.of(A), AddressSource.MANUAL, HOUR);
    table.addAddresses(TestPeers.peer(1), many, AddressSource.THIRD_PARTY, HOUR.multipliedBy(2));
    List<Multiaddr> kept = table.addresses(TestPeers.peer(1));
    assertEquals(PeerTable.MAX_ADDRESSES_PER_PEER, kept.size());
    assertEquals(A, kept.getFirst());
  }

  @Test
  void peersAreBoundedAndPinnedOnesStay() {
    for (int i = 1; i <= 3; i++) table.onConnected(TestPeers.peer(i), Optional.empty());
    table.pin(TestPeers.peer(1));
    table.onConnected(TestPeers.peer(2), Optional.empty());
    table.onConnected(TestPeers.peer(4), Optional.empty());
    assertEquals(3, table.size());
    assertTrue(table.get(TestPeers.peer(1)).isPresent(), "pinned");
    assertTrue(table.get(TestPeers.peer(2)).isPresent(), "used lately");
    assertFalse(table.get(TestPeers.peer(3)).isPresent());
    assertFalse(table.remove(TestPeers.peer(1)));
    table.unpin(TestPeers.peer(1));
    assertTrue(table.remove(TestPeers.peer(1)));
  }

  @Test
  void aSignedRecordIsTakenOnceAndOnlyFromItsPeer() throws Exception {
    Bytes one =
        new PeerRecord(TestPeers.peer(1), 1, List.of(A)).seal(TestPeers.key(1)).encode();
    Bytes two =
        new PeerRecord(TestPeers.peer(1), 2, List.of(B)).seal(TestPeers.key(1)).encode();
    assertTrue(table.putRecord(TestPeers.peer(1), one));
    assertEquals(List.of(A), table.addresses(TestPeers.peer(1)));
    assertTrue(table.putRecord(TestPeers.peer(1), two));
    assertEquals(List.of(B), table.addresses(TestPeers.peer(1)));
    assertFalse(table.putRecord(TestPeers.peer(1), one), "an older one");
    assertThrows(ProtocolViolationException.class, () -> table.putRecord(TestPeers.peer(2), two));
  }

  @Test
  void goodByesForgetOneSource() {
    table.addAddresses(TestPeers.peer(1), List.of(A), AddressSource.MDNS, HOUR);
    table.addAddresses(TestPeers.peer(1), List.of(B), AddressSource.MANUAL, HOUR);
    table.removeAddresses(TestPeers.peer(1), AddressSource.MDNS);
    assertEquals(List.of(B), table.addresses(TestPeers.peer(1)));
    table.removeAddress(TestPeers.peer(1), B.withPeerId(TestPeers.peer(1)));
    assertEquals(List.of(), table.addresses(TestPeers.peer(1)));
  }

  @Test
  void equalProtocolListsAreShared() {
    table.onIdentified(TestPeers.peer(1), new ArrayList<>(List.of("/a", "/b")), Optional.of("x"));
    table.onIdentified(
        TestPeers.peer(2), new ArrayList<>(List.of("/a", "/b")), Optional.of("x".repeat(999)));
    assertSame(table.protocols(TestPeers.peer(1)), table.protocols(TestPeers.peer(2)));
    table.onIdentified(TestPeers.peer(1), List.of(), Optional.empty());
    assertEquals(List.of("/a", "/b"), table.protocols(TestPeers.peer(1)));
    String agent = table.get(TestPeers.peer(2)).orElseThrow().agentVersion().orElseThrow();
    assertEquals(PeerTable.MAX_AGENT_CHARS, agent.length());
  }

  @Test
  void whatIsExportedCanBeRestored() {
    table.onConnected(TestPeers.peer(1), Optional.of(A));
    table.onIdentified(TestPeers.peer(1), List.of("/a"), Optional.of("agent/1"));
    table.addAddresses(TestPeers.peer(2), List.of(B), AddressSource.MDNS, HOUR);
    List<PeerEntry> exported = table.export();
    assertEquals(1, exported.size(), "only who was connected");
    PeerTable next = new PeerTable(time, 3);
    exported.forEach(next::restore);
    PeerEntry entry = next.get(TestPeers.peer(1)).orElseThrow();
    assertEquals(List.of(A), next.addresses(TestPeers.peer(1)));
    assertEquals(AddressSource.REMEMBERED, entry.addresses().getFirst().source());
    assertEquals(List.of("/a"), entry.protocols());
    assertEquals(Optional.of("agent/1"), entry.agentVersion());
  }
}
