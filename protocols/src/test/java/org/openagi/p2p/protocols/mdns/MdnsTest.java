package org.openagi.p2p.protocols.mdns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.protocols.mdns.SimulatedSegment.LINK;
import static org.openagi.p2p.protocols.mdns.SimulatedSegment.MILLI;
import static org.openagi.p2p.protocols.mdns.SimulatedSegment.SECOND;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.testkit.TestPeers;

/** Machines on a simulated segment: who finds whom, when, and at which cost. */
class MdnsTest {

  private static final DnsName SERVICE = DnsName.parse("_p2p._udp.local");
  private static final DnsName META = DnsName.parse("_services._dns-sd._udp.local");
  private static final MdnsEndpoint STRANGER =
      new MdnsEndpoint(Bytes.fromHex("0a0000c8"), MdnsConfig.MDNS_PORT);
  private static final MdnsEndpoint RESOLVER = new MdnsEndpoint(Bytes.fromHex("0a0000c9"), 40000);

  private final SimulatedSegment segment = new SimulatedSegment(42);

  @Test
  void twoMachinesFindEachOtherInMilliseconds() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(10 * SECOND);
    long start = segment.now;
    SimulatedSegment.Host b = segment.host().up();
    segment.run(SECOND);
    assertTrue(a.foundAt.get(b.peer) - start < 5 * MILLI, "announced at once");
    assertTrue(b.foundAt.get(a.peer) - start < 10 * MILLI, "answered at once");
    assertEquals(
        List.of(Multiaddr.parse("/ip4/10.0.0.1/tcp/4001/p2p/" + a.peer)), b.found.get(a.peer));
    assertFalse(a.knows(a));
  }

  @Test
  void machinesThatStartWithinOneSecondFindEachOtherInMilliseconds() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(3 * MILLI);
    SimulatedSegment.Host b = segment.host().up();
    segment.run(20 * MILLI);
    SimulatedSegment.Host c = segment.host().up();
    segment.run(20 * MILLI);
    assertTrue(a.knows(b) && a.knows(c) && b.knows(a) && b.knows(c) && c.knows(a) && c.knows(b));
  }

  @Test
  void theResponseHasPtrAndTxtTogetherAndNoOtherPtr() {
    SimulatedSegment.Host a = segment.host().up("/ip4/10.0.0.1/tcp/4001", "/ip6/fd00::1/tcp/4002");
    DnsMessage response = segment.multicasts.getFirst();
    assertTrue(response.isResponse());
    DnsName instance = a.machine.instanceName();
    assertEquals(
        List.of(DnsRecord.shared(SERVICE, 120, new DnsData.Ptr(instance))), response.answers());
    List<DnsRecord> additionals = response.additionals();
    assertEquals(
        DnsRecord.unique(
            instance,
            120,
            new DnsData.Txt(List.of(
                Bytes.ofUtf8("dnsaddr=/ip4/10.0.0.1/tcp/4001/p2p/" + a.peer),
                Bytes.ofUtf8("dnsaddr=/ip6/fd00::1/tcp/4002/p2p/" + a.peer)))),
        additionals.getFirst());
    DnsData.Srv srv = assertInstanceOf(DnsData.Srv.class, additionals.get(1).data());
    assertEquals(4001, srv.port());
    assertEquals(
        2, additionals.stream().filter(r -> r.name().equals(srv.target())).count());
    assertTrue(instance.labels().getFirst().matches("[a-z0-9]{32}"));
  }

  @Test
  void questionsOfBrowsersAreAnswered() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    DnsName instance = a.machine.instanceName();
    DnsName host = DnsName.parse("p2p.local").prepend(instance.labels().getFirst());
    assertEquals(META, ask(a, META, DnsType.PTR).answers().getFirst().name());
    assertEquals(
        DnsType.SRV, ask(a, instance, DnsType.SRV).answers().getFirst().data().type());
    assertEquals(
        DnsType.TXT, ask(a, instance, DnsType.TXT).answers().getFirst().data().type());
    assertEquals(2, ask(a, instance, DnsType.ANY).answers().size());
    assertEquals(
        new DnsData.Address(Bytes.fromHex("0a000001")),
        ask(a, host, DnsType.A).answers().getFirst().data());
    assertEquals(
        new DnsData.Ptr(instance),
        ask(a, SERVICE, DnsType.ANY).answers().getFirst().data());
  }

  @Test
  void otherQuestionsAreNotAnswered() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.takeCounts();
    for (DnsName name :
        List.of(DnsName.parse("_http._tcp.local"), SERVICE.prepend("x"), DnsName.parse("local"))) {
      segment.inject(a, STRANGER, query(name, DnsType.PTR, false));
    }
    segment.inject(a, STRANGER, query(SERVICE, DnsType.SRV, false));
    assertTrue(segment.takeCounts().isEmpty());
  }

  @Test
  void aMetaQuestionTogetherWithOursIsAnsweredInTwoMessages() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.multicasts.clear();
    segment.inject(
        a,
        STRANGER,
        DnsMessage.query(
            List.of(
                DnsQuestion.multicast(META, DnsType.PTR),
                DnsQuestion.multicast(SERVICE, DnsType.PTR)),
            List.of()));
    assertEquals(2, segment.multicasts.size());
    segment.multicasts.forEach(m -> assertEquals(1, m.answers().size()));
  }

  @Test
  void anAnswerThatTheAskerKnowsIsLeftOut() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.takeCounts();
    segment.inject(a, STRANGER, knowing(a, 60));
    assertTrue(segment.takeCounts().isEmpty());
    assertEquals(1, a.machine.stats().answersKnown());
    segment.inject(a, STRANGER, knowing(a, 59));
    assertEquals(1, segment.takeCounts().get("response"));
  }

  @Test
  void knownAnswersInTheNextDatagramCountToo() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.takeCounts();
    DnsMessage truncated = new DnsMessage(
        0,
        DnsMessage.FLAG_TRUNCATED,
        List.of(DnsQuestion.multicast(SERVICE, DnsType.PTR)),
        List.of(),
        List.of(),
        List.of());
    segment.inject(a, STRANGER, truncated);
    segment.inject(a, STRANGER, DnsMessage.query(List.of(), knowing(a, 120).answers()));
    segment.run(SECOND / 2);
    assertTrue(segment.takeCounts().isEmpty());
    segment.inject(a, STRANGER, truncated);
    assertTrue(segment.takeCounts().isEmpty(), "waits for more");
    segment.run(SECOND / 2);
    assertEquals(1, segment.takeCounts().get("response"));
  }

  @Test
  void aUnicastQuestionGetsAUnicastAnswerIfTheOthersHaveHeardUsLately() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.takeCounts();
    segment.inject(a, STRANGER, query(SERVICE, DnsType.PTR, true));
    assertEquals(1, segment.unicasts.get(STRANGER).size());
    assertTrue(segment.takeCounts().isEmpty());
    a.connected = false;
    segment.run(31 * SECOND);
    a.connected = true;
    segment.takeCounts();
    segment.inject(a, STRANGER, query(SERVICE, DnsType.PTR, true));
    assertEquals(1, segment.takeCounts().get("response"));
  }

  @Test
  void anOrdinaryResolverGetsWhatItUnderstands() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    segment.takeCounts();
    DnsQuestion question = new DnsQuestion(SERVICE, DnsType.PTR, DnsType.CLASS_IN, false);
    segment.inject(
        a, RESOLVER, new DnsMessage(77, 0, List.of(question), List.of(), List.of(), List.of()));
    DnsMessage answer = segment.unicasts.get(RESOLVER).getFirst();
    assertEquals(77, answer.id());
    assertEquals(List.of(question), answer.questions());
    answer.records().forEach(r -> assertTrue(r.ttlSeconds() <= 10 && !r.cacheFlush()));
    assertTrue(segment.takeCounts().isEmpty());
  }

  @Test
  void goodbyeIsHeardAtOnceAndJsLibp2pCannotMistakeIt() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(2 * SECOND);
    a.stop();
    DnsMessage goodbye = segment.multicasts.getLast();
    assertTrue(goodbye.records().stream().noneMatch(r -> r.data() instanceof DnsData.Txt));
    segment.run(10 * MILLI);
    assertEquals(new MdnsEvent.PeerGone(a.peer, MdnsEvent.Cause.GOODBYE), b.events.getLast());
    assertEquals(Mdns.NO_DEADLINE, a.machine.nextDeadlineNanos());
    segment.inject(a, STRANGER, query(SERVICE, DnsType.PTR, false));
    assertEquals(goodbye, segment.multicasts.getLast(), "silent after good-bye");
  }

  @Test
  void onlyTheAddressThatAnnouncedCanSayGoodbye() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(2 * SECOND);
    DnsMessage forged = DnsMessage.response(
        List.of(DnsRecord.shared(SERVICE, 0, new DnsData.Ptr(a.machine.instanceName()))),
        List.of());
    segment.inject(b, STRANGER, forged);
    assertTrue(b.knows(a));
    // The one it was about says its name again.
    segment.takeCounts();
    segment.inject(a, STRANGER, forged);
    assertEquals(1, segment.takeCounts().get("response"));
  }

  @Test
  void aSilentPeerIsAskedForAndThenGone() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(2 * SECOND);
    a.connected = false;
    segment.takeCounts();
    long queries = b.machine.stats().queriesSent();
    segment.run(100 * SECOND);
    assertTrue(b.knows(a));
    assertTrue(b.machine.stats().queriesSent() >= queries + 3);
    segment.run(30 * SECOND);
    assertEquals(new MdnsEvent.PeerGone(a.peer, MdnsEvent.Cause.EXPIRED), b.events.getLast());
    a.connected = true;
    segment.run(80 * SECOND);
    assertTrue(b.knows(a), "found again");
  }

  @Test
  void peersStayKnownForHoursAtSmallCost() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(60 * SECOND);
    segment.takeCounts();
    segment.run(3600 * SECOND);
    assertTrue(a.knows(b) && b.knows(a));
    assertEquals(1, a.events.size(), "nothing new, nothing reported");
    int packets =
        segment.takeCounts().values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(packets < 400, packets + " packets an hour");
  }

  @Test
  void newAddressesAreAnnouncedAtOnce() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(20 * SECOND);
    a.up("/ip4/10.0.0.77/tcp/4001");
    segment.run(5 * MILLI);
    assertEquals(
        "/ip4/10.0.0.77/tcp/4001/p2p/" + a.peer, b.found.get(a.peer).getFirst().toString());
    assertEquals(1, b.found.get(a.peer).size(), "the old address is gone");
    segment.takeCounts();
    a.up("/ip4/10.0.0.77/tcp/4001");
    segment.run(10 * MILLI);
    assertTrue(segment.takeCounts().isEmpty(), "no change, no announcement");
    a.up(new String[0]);
    segment.run(5 * MILLI);
    assertFalse(b.knows(a), "nothing to announce is a good-bye");
  }

  @Test
  void aPeerWithoutAddressesOnlyListens() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up(new String[0]);
    segment.run(5 * SECOND);
    assertTrue(b.knows(a));
    assertFalse(a.knows(b));
    assertEquals(0, b.machine.stats().responsesSent());
    b.stop();
    assertEquals(0, b.machine.stats().responsesSent());
  }

  @Test
  void aRestartedPeerReplacesWhatItSaidBefore() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    announce(a, STRANGER, "first", 7, "/ip4/10.0.0.200/tcp/1");
    announce(a, STRANGER, "second", 7, "/ip4/10.0.0.200/tcp/2");
    PeerId peer = TestPeers.keyless(7);
    assertEquals(List.of(Multiaddr.parse("/ip4/10.0.0.200/tcp/2/p2p/" + peer)), a.found.get(peer));
    announce(a, STRANGER, "third", 7, "/ip4/10.0.0.200/tcp/2");
    assertEquals(3, a.events.size(), "same address, new name: it has restarted");
    announce(a, STRANGER, "third", 7, "/ip4/10.0.0.200/tcp/2");
    assertEquals(3, a.events.size());
  }

  @Test
  void unusableAddressesAreLeftOut() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(2 * SECOND);
    PeerId peer = TestPeers.keyless(7);
    PeerId other = TestPeers.keyless(8);
    long before = a.machine.stats().addressesRejected();
    inject(
        a,
        STRANGER,
        "name",
        List.of(
            "dnsaddr=/ip4/127.0.0.1/tcp/1/p2p/" + peer,
            "dnsaddr=/ip6/::1/tcp/1/p2p/" + peer,
            "dnsaddr=/ip4/0.0.0.0/tcp/1/p2p/" + peer,
            "dnsaddr=/ip4/224.0.0.251/tcp/1/p2p/" + peer,
            "dnsaddr=/ip4/10.0.0.9/tcp/0/p2p/" + peer,
            "dnsaddr=/ip4/10.0.0.9/tcp/1",
            "dnsaddr=/dns4/example.org/tcp/1/p2p/" + peer,
            "dnsaddr=/ip4/10.0.0.9/tcp/1/p2p/" + other + "/p2p-circuit/p2p/" + peer,
            "dnsaddr=/ip4/10.0.0.9/tcp/1/p2p/QmNoSuchPeer",
            "dnsaddr=",
            "path=/",
            "dnsaddr=/ip4/10.0.0.9/tcp/5/p2p/" + peer,
            "dnsaddr=/ip4/10.0.0.9/tcp/6/p2p/" + other));
    assertEquals(List.of(Multiaddr.parse("/ip4/10.0.0.9/tcp/5/p2p/" + peer)), a.found.get(peer));
    assertFalse(a.found.containsKey(other));
    assertEquals(12, a.machine.stats().addressesRejected() - before);
  }

  @Test
  void loopbackAddressesAreUsedFromThisMachine() {
    SimulatedSegment.Host a = segment.host().up();
    announce(a, a.endpoint, "same-host", 7, "/ip4/127.0.0.1/tcp/1");
    assertTrue(a.found.containsKey(TestPeers.keyless(7)));
  }

  @Test
  void responsesFromAnotherPortAndOtherOpcodesAreIgnored() {
    SimulatedSegment.Host a = segment.host().up();
    announce(a, RESOLVER, "x", 7, "/ip4/10.0.0.9/tcp/1");
    segment.inject(
        a, STRANGER, new DnsMessage(0, 0x2800, List.of(), List.of(), List.of(), List.of()));
    assertEquals(2, a.machine.stats().ignored());
    assertTrue(a.found.isEmpty());
  }

  @Test
  void whatIsSaidUnderOurOwnPeerIdIsNotReported() {
    SimulatedSegment.Host a = segment.host().up();
    announce(a, STRANGER, "x", 1, "/ip4/10.0.0.9/tcp/1");
    assertTrue(a.events.isEmpty());
  }

  @Test
  void manyAddressesAreCutToWhatFitsOneFrame() {
    List<String> many = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      many.add("/ip6/fd00:1111:2222:3333:4444:5555:6666:" + i + "/tcp/4001");
    }
    segment.host().up(many.toArray(String[]::new));
    DnsMessage response = segment.multicasts.getFirst();
    assertTrue(DnsCodec.encode(response).length() <= 1452);
    assertTrue(
        ((DnsData.Txt) response.additionals().getFirst().data()).strings().size() >= 8);
  }

  @Test
  void aFloodOfQuestionsCostsBoundedAnswers() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(10 * SECOND);
    segment.takeCounts();
    MdnsLimits limits = MdnsLimits.defaults();
    for (int i = 0; i < 50_000; i++) {
      segment.inject(a, STRANGER, query(SERVICE, DnsType.PTR, i % 2 == 0));
      segment.inject(a, RESOLVER, query(SERVICE, DnsType.PTR, false));
      segment.run(SECOND / 10_000);
    }
    int unicast = segment.unicasts.values().stream().mapToInt(List::size).sum();
    int multicast = segment.takeCounts().getOrDefault("response", 0);
    int seconds = 5;
    assertTrue(
        unicast + multicast <= limits.responseBurst() + (seconds + 1) * limits.responsesPerSecond(),
        unicast + " + " + multicast);
    assertTrue(multicast >= 1);
    MdnsStats stats = a.machine.stats();
    long examined = 100_000 - stats.rateLimited();
    assertTrue(
        examined <= limits.datagramBurst() + (seconds + 1L) * limits.datagramsPerSecond(),
        examined + " datagrams examined");
    SimulatedSegment.Host b = segment.host().up();
    segment.run(5 * SECOND);
    assertTrue(b.knows(a), "found in spite of the flood");
  }

  @Test
  void floodsOfPeersAreBoundedPerSourceAndInAll() {
    MdnsConfig config =
        MdnsConfig.defaults().withLimits(new MdnsLimits(50, 10, 4, 5, 20, 100_000, 100_000));
    SimulatedSegment.Host a = segment.host(config).up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(2 * SECOND);
    for (int i = 100; i < 1100; i++) {
      announce(a, STRANGER, "n" + i, i, "/ip4/10.0.0.9/tcp/1");
    }
    assertEquals(11, a.machine.stats().peers());
    assertTrue(a.knows(b));
    assertEquals(990, a.machine.stats().peersEvicted());
    for (int i = 100; i < 1100; i++) {
      MdnsEndpoint source =
          new MdnsEndpoint(Bytes.wrap(new byte[] {10, 1, (byte) (i >> 8), (byte) i}), 5353);
      announce(a, source, "m" + i, 2000 + i, "/ip4/10.0.0.9/tcp/1");
    }
    assertEquals(50, a.machine.stats().peers());
    assertEquals(50, a.found.size(), "every eviction is reported");
  }

  @Test
  void onePeerSeenInManyWaysIsBounded() {
    SimulatedSegment.Host a = segment.host().up();
    for (int i = 0; i < 100; i++) {
      MdnsEndpoint source = new MdnsEndpoint(Bytes.wrap(new byte[] {10, 1, 1, (byte) i}), 5353);
      announce(a, source, "n" + i, 7, "/ip4/10.0.0.9/tcp/" + (i + 1));
    }
    PeerId peer = TestPeers.keyless(7);
    assertEquals(SeenPeers.MAX_SIGHTINGS_PER_PEER, a.found.get(peer).size());
    assertEquals(
        "/ip4/10.0.0.9/tcp/100/p2p/" + peer, a.found.get(peer).getFirst().toString());
  }

  @Test
  void shortLivesOfOthersDoNotMakeUsAskOften() {
    SimulatedSegment.Host a = segment.host().up();
    segment.run(5 * SECOND);
    long before = a.machine.stats().queriesSent();
    for (int i = 0; i < 1000; i++) {
      inject(
          a, STRANGER, "n", List.of("dnsaddr=/ip4/10.0.0.9/tcp/1/p2p/" + TestPeers.keyless(7)), 1);
      segment.run(SECOND / 100);
    }
    segment.run(2 * SECOND);
    assertTrue(a.machine.stats().queriesSent() - before <= 13);
  }

  @Test
  void answersOfACrowdAreSpreadOverTime() {
    List<SimulatedSegment.Host> crowd = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      crowd.add(segment.host().up());
    }
    segment.run(20 * SECOND);
    SimulatedSegment.Host late = segment.host().up();
    long start = segment.now;
    segment.run(SECOND);
    List<Long> after =
        late.foundAt.values().stream().map(at -> (at - start) / MILLI).sorted().toList();
    assertEquals(15, after.size());
    assertTrue(after.getFirst() >= 20 && after.getLast() <= 125, after.toString());
    assertTrue(after.getLast() - after.getFirst() > 20, after.toString());
  }

  @Test
  void aProcessThatWasSuspendedAsksOnce() {
    SimulatedSegment.Host a = segment.host().up();
    long before = a.machine.stats().queriesSent();
    segment.now += 2 * SECOND;
    a.machine.onTimeout(segment.now);
    assertEquals(before + 1, a.machine.stats().queriesSent());
    assertTrue(a.machine.nextDeadlineNanos() > segment.now);
  }

  @Test
  void aLinkThatGoesTakesItsPeersAlong() {
    SimulatedSegment.Host a = segment.host().up();
    SimulatedSegment.Host b = segment.host().up();
    segment.run(2 * SECOND);
    b.machine.removeLink(LINK);
    segment.drain(b);
    assertEquals(new MdnsEvent.PeerGone(a.peer, MdnsEvent.Cause.LINK_DOWN), b.events.getLast());
    b.up();
    segment.run(20 * MILLI);
    assertTrue(b.knows(a));
  }

  @Test
  void theSameQuestionOfAnotherReplacesOurs() {
    List<SimulatedSegment.Host> hosts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      hosts.add(segment.host().up());
    }
    segment.run(60 * SECOND);
    segment.takeCounts();
    segment.run(600 * SECOND);
    int queries = segment.takeCounts().get("query");
    assertTrue(queries < 150, queries + " queries in ten minutes");
    hosts.forEach(h -> assertEquals(7, h.found.size()));
  }

  @Property(tries = 40)
  void everybodyFindsEverybodyInSpiteOfLoss(
      @ForAll @IntRange(min = 2, max = 12) int count, @ForAll long seed) {
    SimulatedSegment lossy = new SimulatedSegment(seed);
    lossy.loss = 0.2;
    lossy.duplication = 0.1;
    List<SimulatedSegment.Host> hosts = new ArrayList<>();
    Random starts = new Random(seed);
    for (int i = 0; i < count; i++) {
      hosts.add(lossy.host().up());
      lossy.run(starts.nextLong(SECOND));
    }
    lossy.run(60 * SECOND);
    for (SimulatedSegment.Host host : hosts) {
      assertEquals(count - 1, host.found.size(), "host " + host.number + " of " + count);
    }
    hosts.getFirst().stop();
    lossy.loss = 0;
    lossy.run(121 * SECOND);
    hosts.stream().skip(1).forEach(h -> assertFalse(h.knows(hosts.getFirst())));
  }

  @Property(tries = 500)
  void anyDatagramLeavesTheMachineUnharmed(@ForAll byte[] bytes, @ForAll boolean fromPort) {
    SimulatedSegment.Host a = segment.host();
    a.machine.setLink(
        new MdnsLink(
            LINK, false, List.of(a.endpoint.ip()), List.of(Multiaddr.parse("/ip4/10.0.0.1/tcp/1"))),
        segment.now);
    a.machine.onDatagram(LINK, fromPort ? STRANGER : RESOLVER, Bytes.copyOf(bytes), segment.now);
    assertNotNull(a.machine.stats());
    segment.hosts.clear();
  }

  @Test
  void settingsThatCannotWorkAreReportedTogether() {
    IllegalArgumentException e = org.junit.jupiter.api.Assertions.assertThrows(
        IllegalArgumentException.class,
        () -> new MdnsConfig(
            "p2p",
            0,
            Duration.ZERO,
            Collections.emptyList(),
            Duration.ZERO,
            Duration.ofHours(1),
            MdnsLimits.defaults()));
    for (String part :
        List.of("serviceName p2p", "port 0", "ttl PT0S", "queryBurst", "queryInterval")) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
  }

  private DnsMessage ask(SimulatedSegment.Host host, DnsName name, int type) {
    segment.multicasts.clear();
    segment.inject(host, STRANGER, query(name, type, false));
    segment.run(SECOND);
    return segment.multicasts.stream()
        .filter(DnsMessage::isResponse)
        .findFirst()
        .orElseThrow();
  }

  private static DnsMessage query(DnsName name, int type, boolean unicast) {
    return DnsMessage.query(
        List.of(new DnsQuestion(name, type, DnsType.CLASS_IN, unicast)), List.of());
  }

  private static DnsMessage knowing(SimulatedSegment.Host host, long ttlSeconds) {
    return DnsMessage.query(
        List.of(DnsQuestion.multicast(SERVICE, DnsType.PTR)),
        List.of(
            DnsRecord.shared(SERVICE, ttlSeconds, new DnsData.Ptr(host.machine.instanceName()))));
  }

  private void announce(
      SimulatedSegment.Host to, MdnsEndpoint from, String name, int peer, String address) {
    inject(to, from, name, List.of("dnsaddr=" + address + "/p2p/" + TestPeers.keyless(peer)));
  }

  private void inject(
      SimulatedSegment.Host to, MdnsEndpoint from, String name, List<String> strings) {
    inject(to, from, name, strings, 120);
  }

  private void inject(
      SimulatedSegment.Host to, MdnsEndpoint from, String name, List<String> strings, long ttl) {
    DnsName instance = SERVICE.prepend(name);
    segment.inject(
        to,
        from,
        DnsMessage.response(
            List.of(DnsRecord.shared(SERVICE, ttl, new DnsData.Ptr(instance))),
            List.of(DnsRecord.unique(
                instance,
                ttl,
                new DnsData.Txt(strings.stream().map(Bytes::ofUtf8).toList())))));
  }
}
