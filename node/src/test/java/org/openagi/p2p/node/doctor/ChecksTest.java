package org.openagi.p2p.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.network.config.P2PConfig;

/** Judgements that need no network. */
class ChecksTest {
  private static final long HOUR = 3_600_000;

  /** Code, verdict and text for peers n0, n1, … whose clocks are ahead by so much. */
  private static Finding clock(String about, long... aheadMillis) {
    List<ClockCheck.Reading> readings = new ArrayList<>();
    for (long each : aheadMillis) {
      readings.add(new ClockCheck.Reading("n" + readings.size(), "12D3n" + readings.size(), each));
    }
    return ClockCheck.judge(readings, about);
  }

  @Test
  void aClockIsJudgedByWhatPeersDateAndElseNotAtAll() {
    assertEquals("NOT_JUDGED", clock("").code());
    assertEquals("OK", clock("", 3, -20, 60_000).code());
    Finding one = clock("n0", -HOUR);
    assertEquals("CLOCK_OFF", one.code());
    assertEquals(
        "this machine's clock is 60 min ahead of that of n0; whose is wrong cannot be told from one"
            + " peer",
        one.text());
    assertEquals("CLOCK_OFF", clock("", 60_001).code());
  }

  @Test
  void mostOfThreeClocksAreRight() {
    Finding own = clock("", HOUR, HOUR + 5, 10, HOUR - 5);
    assertEquals("CLOCK_OFF", own.code());
    assertEquals(
        "this machine's clock is 60 min behind those of most of 4 peers: it is this one that is"
            + " wrong",
        own.text());
    Finding other = clock("n1", 10, -3 * HOUR, 20);
    assertEquals("PEER_CLOCK_OFF", other.code());
    assertEquals("that of n1 is 3 h behind this machine's", other.text());
    assertTrue(other.isBad());
    assertTrue(clock("/ip4/127.0.0.1/tcp/1/p2p/12D3n1", 10, HOUR, 20).isBad());
    assertFalse(clock("n0", 10, HOUR, 20).isBad(), "of another than was asked about");
    assertEquals("PEER_CLOCK_OFF", clock("", 10, HOUR).code(), "one of two agrees");
    assertEquals("PEER_CLOCK_OFF", clock("", HOUR, -HOUR, 0).code(), "the middle agrees");
  }

  @Test
  void roomOnTheDiskIsJudgedByTheLimitAndTheQuota() {
    Path folder = Path.of("data");
    long min = FolderCheck.FREE_MIN_BYTES;
    assertEquals("DISK_FULL", FolderCheck.space(min - 1, 0, folder).code());
    assertEquals("OK", FolderCheck.space(min, 0, folder).code());
    assertEquals("LESS_THAN_QUOTA", FolderCheck.space(min, min + 1, folder).code());
    assertEquals("OK", FolderCheck.space(min + 1, min + 1, folder).code());
  }

  @Test
  void openFilesAreJudgedByTheConnectionsThatAreAllowed() {
    assertEquals("OK", MachineCheck.files(50 + MachineCheck.OTHER_FILES, 50).code());
    assertEquals(
        "TOO_FEW_FILES", MachineCheck.files(49 + MachineCheck.OTHER_FILES, 50).code());
  }

  @Test
  void aPacketFilterIsToldByItsRules() {
    assertEquals("NOT_JUDGED", MachineCheck.filter("", "").code());
    assertEquals("OK", MachineCheck.filter("\n", "-P INPUT ACCEPT\n").code());
    assertEquals("PACKET_FILTER", MachineCheck.filter("", "-P INPUT DROP\n").code());
    String nft = "table inet filter {\n  tcp dport 4001 reject\n}\n";
    assertEquals("PACKET_FILTER", MachineCheck.filter(nft, "").code());
  }

  @Test
  void onlyAddressesOfTcpAreDialed() {
    assertEquals(
        Optional.of(new InetSocketAddress("127.0.0.1", 4001)),
        DialCheck.socket("/ip4/127.0.0.1/tcp/4001/p2p/12D3"));
    for (String other : List.of(
        "",
        "/",
        "/ip4/1.2.3.4/udp/1/quic-v1",
        "/ip4/1.2.3.4/tcp/0",
        "/ip4/1.2.3.4/tcp/65536",
        "/ip4/1.2.3.4/tcp/x",
        "bob")) {
      assertEquals(Optional.empty(), DialCheck.socket(other), other);
    }
  }

  @Test
  void withoutAnInterfaceThereIsNoMulticast() throws Exception {
    P2PConfig config = P2PConfig.defaults().with("interfaces", "nosuch0");
    List<Finding> findings = MulticastCheck.of(config);
    assertEquals("NO_MULTICAST", findings.getFirst().code());
    assertTrue(findings.getFirst().text().endsWith("there is none called nosuch0"));
    assertTrue(findings.getFirst().remedy().contains("--peer"));
  }
}
