package org.openagi.p2p.protocols.mdns;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Random;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.testkit.TestPeers;

class MdnsFuzzTest {

  private static final int SOURCES = 6;

  /**
   * Datagrams from several sources, time passing in between: all tables stay within their bounds.
   * What is in them is read by AnnouncedPeer and AnnouncedAddress.
   */
  @FuzzTest
  void datagrams(FuzzedDataProvider data) {
    MdnsConfig config =
        MdnsConfig.defaults().withLimits(new MdnsLimits(4, 2, 3, 5, 20, 1000, 2000));
    Mdns machine = new Mdns(config, TestPeers.keyless(1), new Random(1));
    Bytes own = Bytes.fromHex("0a000001");
    long now = 0;
    machine.setLink(
        new MdnsLink(1, false, List.of(own), List.of(Multiaddr.parse("/ip4/10.0.0.1/tcp/1"))), now);
    while (data.remainingBytes() > 0) {
      int source = data.consumeInt(0, SOURCES);
      boolean resolver = source == SOURCES;
      Bytes ip = Bytes.wrap(new byte[] {10, 0, 0, (byte) (1 + source)});
      now += data.consumeLong(0, 200_000_000_000L);
      byte[] payload = data.consumeBytes(data.consumeInt(0, 600));
      machine.onDatagram(
          1, new MdnsEndpoint(ip, resolver ? 40000 : config.port()), Bytes.wrap(payload), now);
      machine.onTimeout(now);
      drain(machine);
      check(machine, now);
    }
    machine.stop();
  }

  private static void drain(Mdns machine) {
    MdnsTransmit out = machine.pollTransmit();
    while (out != null) {
      SimulatedSegment.decode(out.payload());
      out = machine.pollTransmit();
    }
    while (machine.pollEvent() != null) {
      // Events are only counted by the table.
    }
  }

  private static void check(Mdns machine, long now) {
    if (machine.stats().peers() > 4 || machine.peers().size() > 4) {
      throw new AssertionError("more peers than allowed");
    }
    if (machine.peers().values().stream().anyMatch(a -> a.isEmpty() || a.size() > 3)) {
      throw new AssertionError("a peer without or with too many addresses");
    }
    if (machine.nextDeadlineNanos() <= now) {
      throw new AssertionError("a deadline that never passes");
    }
  }
}
