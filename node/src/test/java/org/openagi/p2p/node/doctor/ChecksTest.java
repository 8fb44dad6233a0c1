package org.openagi.p2p.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.Values;

/** Judgements that need no network. */
class ChecksTest {
  private static String clock(String linkState) {
    return ClockCheck.judge(Values.parse(linkState).orElseThrow()).code();
  }

  @Test
  void aClockIsJudgedByWhatIsDatedAndElseNotAtAll() {
    assertEquals("NOT_JUDGED", clock("{\"accepted\":0,\"refused\":{}}"));
    assertEquals("NOT_JUDGED", ClockCheck.judge(Values.NONE).code());
    assertEquals("OK", clock("{\"accepted\":9,\"refused\":{\"OLD\":3}}"));
    assertEquals("OK", clock("{\"accepted\":9,\"refused\":{\"EXPIRED\":1}}"));
    assertEquals("CLOCK_OFF", clock("{\"accepted\":9,\"refused\":{\"FUTURE_DATED\":1}}"));
    assertEquals("CLOCK_OFF", clock("{\"accepted\":0,\"refused\":{\"EXPIRED\":2}}"));
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
    assertTrue(findings.getFirst().remedy().contains("--peer"));
  }
}
